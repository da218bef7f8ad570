@echo off
rem Installe le diagnostic pour la personne qui lance ce fichier, sans droit d'administrateur et sans reseau.
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
title Installation du diagnostic partagé
rem pushd donne une lettre de lecteur a un partage reseau ; cmd ne sait pas s'y placer autrement.
pushd "%~dp0"
if not exist paquets.txt goto :sans_dossier
set "PYTHONUTF8=1"
set "PYTHONNOUSERSITE=1"
set "PIP_CONFIG_FILE=nul"
if not defined DIAGNOSTIC_ENV set "DIAGNOSTIC_ENV=%LOCALAPPDATA%\diagnostic-maillage\env"
set "PY="

echo Recherche d'un Python installé (3.11, 3.12 ou 3.13, 64 bits)...
for %%V in (3.13 3.12 3.11) do if not defined PY call :essayer_py %%V
if not defined PY call :essayer "%LOCALAPPDATA%\Programs\Python\Python313\python.exe"
if not defined PY call :essayer "%LOCALAPPDATA%\Programs\Python\Python312\python.exe"
if not defined PY call :essayer "%LOCALAPPDATA%\Programs\Python\Python311\python.exe"
if not defined PY call :essayer "%ProgramFiles%\Python313\python.exe"
if not defined PY call :essayer "%ProgramFiles%\Python312\python.exe"
if not defined PY call :essayer "%ProgramFiles%\Python311\python.exe"
if not defined PY call :essayer "python.exe"
if not defined PY call :essayer "%CONDA_PREFIX%\python.exe"
if not defined PY call :essayer "%USERPROFILE%\miniforge3\python.exe"
if not defined PY call :essayer "%USERPROFILE%\miniconda3\python.exe"
if not defined PY call :essayer "%USERPROFILE%\anaconda3\python.exe"
if not defined PY goto :sans_python
echo Python trouvé : "%PY%"

echo Création de l'environnement dans "%DIAGNOSTIC_ENV%"
"%PY%" -m venv --clear "%DIAGNOSTIC_ENV%"
if not "%ERRORLEVEL%"=="0" goto :sans_env

echo Installation des bibliothèques, toutes dans ce dossier : quelques minutes...
"%DIAGNOSTIC_ENV%\Scripts\python.exe" -m pip --isolated install --quiet --disable-pip-version-check --no-warn-script-location --no-index --find-links paquets --require-hashes --no-deps -r paquets.txt
if not "%ERRORLEVEL%"=="0" goto :sans_paquets
"%DIAGNOSTIC_ENV%\Scripts\python.exe" -m diagnostic --aide >nul
if not "%ERRORLEVEL%"=="0" goto :sans_lancement

echo.
echo C'est installé. Double-cliquez sur lancer.bat, ou déposez-y le dossier d'un territoire.
set "CODE=0"
goto :fin

:essayer_py
rem Le lanceur py sait ou sont les Python installes ; il rend leur chemin, sans quoi venv ne saurait pas lequel prendre.
for /f "usebackq delims=" %%P in (`py -%1 -c "import sys; print(sys.executable)" 2^>nul`) do call :essayer "%%P"
exit /b 0

:essayer
if "%~1"=="\python.exe" exit /b 0
"%~1" verifier_python.py >nul 2>nul
if "%ERRORLEVEL%"=="0" set "PY=%~1"
exit /b 0

:sans_dossier
echo Ce dossier ne s'ouvre pas.
echo Où : "%~dp0"
echo À faire : extrayez le .zip en entier sur ce poste, sous un nom sans signe pour cent (Documents\diagnostic-windows), puis relancez.
set "CODE=1"
goto :fin

:sans_python
echo Aucun Python 3.11, 3.12 ou 3.13 (64 bits) n'a été trouvé sur ce poste.
echo Où : lanceur py, dossiers habituels, PATH, conda.
echo À faire : demandez Python 3.12 à votre service informatique (il s'installe aussi sans droit d'administrateur : « Install Now »), puis relancez.
set "CODE=1"
goto :fin

:sans_env
echo L'environnement n'a pas pu être créé.
echo Où : "%DIAGNOSTIC_ENV%"
echo À faire : fermez l'application si elle est ouverte, vérifiez la place sur le disque ; ou choisissez un autre endroit : set DIAGNOSTIC_ENV=D:\diagnostic, puis relancez.
set "CODE=1"
goto :fin

:sans_paquets
echo Les bibliothèques n'ont pas pu être installées ; le message au-dessus dit laquelle.
echo Où : dossier paquets, à côté de ce fichier.
echo À faire : extrayez de nouveau le fichier .zip en entier (clic droit, Extraire tout), puis relancez.
set "CODE=1"
goto :fin

:sans_lancement
echo Les bibliothèques sont installées, et le diagnostic ne démarre pas ; le message au-dessus dit pourquoi.
echo Où : "%DIAGNOSTIC_ENV%"
echo À faire : si une règle du poste interdit les programmes de ce dossier, montrez ce message à votre service informatique.
set "CODE=1"
goto :fin

:fin
popd
echo.
if not defined DIAGNOSTIC_SANS_PAUSE pause
exit /b %CODE%
