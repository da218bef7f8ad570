@echo off
rem Installe le diagnostic pour la personne qui lance ce fichier, sans droit d'administrateur et sans reseau.
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
title Installation du diagnostic partagé
rem Ce que QGIS, PostGIS ou un autre Python ont regle pour eux-memes ne doit pas agir ici.
for %%V in (PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONWARNINGS PYTHONSAFEPATH VIRTUAL_ENV PROJ_LIB PROJ_DATA GDAL_DATA GDAL_DRIVER_PATH) do set "%%V="
set "PYTHONUTF8=1"
set "PYTHONNOUSERSITE=1"
set "PIP_CONFIG_FILE=nul"
rem Le lanceur py ne doit pas aller chercher sur le reseau un Python qui manque.
set "PYTHON_MANAGER_AUTOMATIC_INSTALL=false"
set "PYLAUNCHER_ALLOW_INSTALL="
set "NOTE=%LOCALAPPDATA%\diagnostic-maillage"
rem Un endroit choisi (set DIAGNOSTIC_ENV=...), sinon celui de la derniere fois, sinon celui de tout le monde.
if defined DIAGNOSTIC_ENV set "DIAGNOSTIC_ENV=%DIAGNOSTIC_ENV:"=%"
if defined DIAGNOSTIC_ENV for %%E in ("%DIAGNOSTIC_ENV%") do set "DIAGNOSTIC_ENV=%%~fE"
if not defined DIAGNOSTIC_ENV if exist "%NOTE%\emplacement.txt" for /f "usebackq delims=" %%E in ("%NOTE%\emplacement.txt") do set "DIAGNOSTIC_ENV=%%~E"
if not defined DIAGNOSTIC_ENV set "DIAGNOSTIC_ENV=%NOTE%\env"
if "%DIAGNOSTIC_ENV:~-1%"=="\" set "DIAGNOSTIC_ENV=%DIAGNOSTIC_ENV:~0,-1%"
rem pushd donne une lettre de lecteur a un partage reseau ; cmd ne sait pas s'y placer autrement.
pushd "%~dp0"
if not exist paquets.txt goto :sans_dossier
if not exist verifier_python.py goto :sans_dossier
set "PY="
set "MAGASIN="
set "REFUSE="

echo Recherche d'un Python installé (3.11, 3.12 ou 3.13, 64 bits)...
for %%V in (3.13 3.12 3.11 3.14) do call :essayer_py %%V
for %%V in (313 312 311 314) do for %%R in ("%LOCALAPPDATA%\Programs\Python" "%ProgramFiles%" "%ProgramFiles%\Python" "%SystemDrive%") do (
    set "CANDIDAT=%%~R\Python%%V\python.exe"
    call :essayer
)
for /f "usebackq delims=" %%P in (`where python.exe 2^>nul`) do (
    set "CANDIDAT=%%P"
    call :essayer
)
for %%R in ("%CONDA_PREFIX%" "%USERPROFILE%\miniforge3" "%USERPROFILE%\miniconda3" "%USERPROFILE%\anaconda3" "%LOCALAPPDATA%\miniforge3" "%LOCALAPPDATA%\miniconda3" "%LOCALAPPDATA%\anaconda3" "%ProgramData%\miniforge3" "%ProgramData%\miniconda3" "%ProgramData%\anaconda3") do (
    set "CANDIDAT=%%~R\python.exe"
    call :essayer
)
if not defined PY goto :sans_python
echo Python trouvé : "%PY%"
rem Ce qu'un Python du Microsoft Store ecrit dans AppData part dans un dossier a lui, que les autres programmes ne voient pas.
if defined MAGASIN if not "%DIAGNOSTIC_ENV:\AppData\=%"=="%DIAGNOSTIC_ENV%" set "DIAGNOSTIC_ENV=%USERPROFILE%\diagnostic-maillage\env"

rem rmdir sans /s n'enleve qu'un dossier vide : rien de ce que la personne y aurait mis n'est touche.
if exist "%DIAGNOSTIC_ENV%\" rmdir "%DIAGNOSTIC_ENV%" 2>nul
if not exist "%DIAGNOSTIC_ENV%\" goto :creer
if not exist "%DIAGNOSTIC_ENV%\pyvenv.cfg" goto :place_prise
rem L'ancien environnement est renomme d'un coup : si l'application est ouverte, Windows refuse, et rien n'est perdu.
if exist "%DIAGNOSTIC_ENV%-ancien\" rmdir /s /q "%DIAGNOSTIC_ENV%-ancien" 2>nul
if exist "%DIAGNOSTIC_ENV%-ancien\" goto :occupe
move "%DIAGNOSTIC_ENV%" "%DIAGNOSTIC_ENV%-ancien" >nul 2>nul
if exist "%DIAGNOSTIC_ENV%\" goto :occupe

:creer
echo Création de l'environnement dans "%DIAGNOSTIC_ENV%"
"%PY%" -m venv "%DIAGNOSTIC_ENV%"
if not "%ERRORLEVEL%"=="0" goto :sans_env
if not exist "%DIAGNOSTIC_ENV%\Scripts\python.exe" goto :sans_env

echo Installation des bibliothèques, toutes dans ce dossier : quelques minutes...
"%DIAGNOSTIC_ENV%\Scripts\python.exe" -m pip --isolated install --quiet --disable-pip-version-check --no-warn-script-location --no-index --find-links paquets --require-hashes --no-deps -r paquets.txt
if not "%ERRORLEVEL%"=="0" goto :sans_paquets
"%DIAGNOSTIC_ENV%\Scripts\python.exe" -m diagnostic --aide >nul
if not "%ERRORLEVEL%"=="0" goto :sans_lancement
"%DIAGNOSTIC_ENV%\Scripts\python.exe" -c "import voila.app, ipywidgets"
if not "%ERRORLEVEL%"=="0" goto :sans_lancement
rem Ces deux fichiers, ecrits en dernier, disent a lancer.bat que tout est la, et ou.
copy /y paquets.txt "%DIAGNOSTIC_ENV%\paquets.txt" >nul
if not exist "%NOTE%\" mkdir "%NOTE%"
>"%NOTE%\emplacement.txt" echo "%DIAGNOSTIC_ENV%"
if exist "%DIAGNOSTIC_ENV%-ancien\" rmdir /s /q "%DIAGNOSTIC_ENV%-ancien" 2>nul

echo.
echo C'est installé. Double-cliquez sur lancer.bat, ou déposez-y le dossier d'un territoire.
set "CODE=0"
goto :fin

:essayer_py
rem Le lanceur py sait ou sont les Python installes ; il rend leur chemin, sans quoi venv ne saurait pas lequel prendre.
if defined PY exit /b 0
for /f "usebackq delims=" %%P in (`py -%1 -c "import sys; print(sys.executable)" 2^>nul`) do (
    set "CANDIDAT=%%P"
    call :essayer
)
exit /b 0

:essayer
rem CANDIDAT et non un mot apres call : call relit les signes pour cent et double les accents circonflexes.
if defined PY exit /b 0
if not exist "%CANDIDAT%" exit /b 0
"%CANDIDAT%" verifier_python.py >nul 2>nul
set "REPONSE=%ERRORLEVEL%"
if "%REPONSE%"=="0" set "PY=%CANDIDAT%"
if "%REPONSE%"=="3" set "PY=%CANDIDAT%"
if "%REPONSE%"=="3" set "MAGASIN=1"
if "%REPONSE%"=="4" set "REFUSE=%CANDIDAT%"
exit /b 0

:remettre
rem L'installation d'avant, si elle etait entiere, reprend sa place.
if not exist "%DIAGNOSTIC_ENV%-ancien\paquets.txt" exit /b 0
rmdir /s /q "%DIAGNOSTIC_ENV%" 2>nul
if not exist "%DIAGNOSTIC_ENV%\" move "%DIAGNOSTIC_ENV%-ancien" "%DIAGNOSTIC_ENV%" >nul 2>nul
if not exist "%DIAGNOSTIC_ENV%-ancien\" echo L'installation précédente est remise en place.
exit /b 0

:sans_dossier
echo Ce dossier n'est pas entier.
echo Où : "%~dp0"
echo À faire : extrayez le .zip en entier sur ce poste (clic droit, Extraire tout), dans un dossier comme Documents, puis relancez.
set "CODE=1"
goto :fin

:sans_python
echo Aucun Python 3.11, 3.12 ou 3.13 (64 bits) n'a été trouvé sur ce poste.
if defined REFUSE echo Un autre est là, d'une autre version ou en 32 bits, qui ne convient pas : "%REFUSE%"
echo Où : lanceur py, dossiers habituels, PATH, conda.
echo À faire : demandez Python 3.13 (64 bits) à votre service informatique ; il s'installe à côté d'un autre, aussi sans droit d'administrateur. Puis relancez.
set "CODE=1"
goto :fin

:place_prise
echo Cet endroit contient déjà autre chose : rien n'y est touché.
echo Où : "%DIAGNOSTIC_ENV%"
echo À faire : choisissez un dossier qui n'existe pas encore : set DIAGNOSTIC_ENV=D:\diagnostic-env, puis relancez dans la même fenêtre.
set "CODE=1"
goto :fin

:occupe
echo L'installation précédente est en cours d'utilisation : rien n'y est touché.
echo Où : "%DIAGNOSTIC_ENV%"
echo À faire : fermez l'application (toutes ses fenêtres noires), puis relancez.
set "CODE=1"
goto :fin

:sans_env
echo L'environnement n'a pas pu être créé.
echo Où : "%DIAGNOSTIC_ENV%"
echo À faire : vérifiez la place sur le disque (1,5 Go) ; si une règle du poste interdit les programmes de ce dossier, votre service informatique peut l'autoriser, ou choisissez un autre endroit : set DIAGNOSTIC_ENV=D:\diagnostic-env, puis relancez dans la même fenêtre.
set "CODE=1"
call :remettre
goto :fin

:sans_paquets
echo Les bibliothèques n'ont pas pu être installées ; le message au-dessus dit pourquoi.
echo Où : dossier paquets, à côté de ce fichier.
echo À faire : vérifiez la place sur le disque (1,5 Go), extrayez de nouveau le .zip en entier dans un dossier au nom court, puis relancez.
set "CODE=1"
call :remettre
goto :fin

:sans_lancement
echo Les bibliothèques sont installées, et le diagnostic ne démarre pas ; le message au-dessus dit pourquoi.
echo Où : "%DIAGNOSTIC_ENV%"
echo À faire : si une règle du poste interdit les programmes de ce dossier, montrez ce message à votre service informatique.
set "CODE=1"
call :remettre
goto :fin

:fin
popd
echo.
if not defined DIAGNOSTIC_SANS_PAUSE pause
exit /b %CODE%
