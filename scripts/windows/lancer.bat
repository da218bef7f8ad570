@echo off
rem Ouvre l'application, ou fait le diagnostic des dossiers deposes sur ce fichier.
setlocal EnableExtensions EnableDelayedExpansion
rem Un nom depose peut contenir une esperluette ou un point d'exclamation : il est lu ici d'un bloc, jamais par le signe pour cent suivi de 1.
set "DIAGNOSTIC_LIGNE=!CMDCMDLINE!"
rem Une fenetre deja ouverte (sa ligne n'a pas de /c) ne doit pas etre fermee a la fin.
set "GARDER="
if "!DIAGNOSTIC_LIGNE: /c =!"=="!DIAGNOSTIC_LIGNE!" set "GARDER=1"
setlocal DisableDelayedExpansion
rem Depuis une fenetre deja ouverte, la ligne ci-dessus est celle de la fenetre : le nom est alors le premier mot donne.
set "DIAGNOSTIC_DONNE=%~1"
set "DIAGNOSTIC_FICHIER=%~nx0"
chcp 65001 >nul
title Diagnostic partagé d'un territoire
rem Ce que QGIS, PostGIS ou un autre Python ont regle pour eux-memes ne doit pas agir ici.
for %%V in (PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONWARNINGS PYTHONSAFEPATH VIRTUAL_ENV PROJ_LIB PROJ_DATA GDAL_DATA GDAL_DRIVER_PATH) do set "%%V="
set "PYTHONUTF8=1"
set "PYTHONNOUSERSITE=1"
set "CODE=1"
set "NOTE=%LOCALAPPDATA%\diagnostic-maillage"
if defined DIAGNOSTIC_ENV set "DIAGNOSTIC_ENV=%DIAGNOSTIC_ENV:"=%"
if defined DIAGNOSTIC_ENV for %%E in ("%DIAGNOSTIC_ENV%") do set "DIAGNOSTIC_ENV=%%~fE"
if not defined DIAGNOSTIC_ENV if exist "%NOTE%\emplacement.txt" for /f "usebackq delims=" %%E in ("%NOTE%\emplacement.txt") do set "DIAGNOSTIC_ENV=%%~E"
if not defined DIAGNOSTIC_ENV set "DIAGNOSTIC_ENV=%NOTE%\env"
rem Pas de pushd : python sait lire un partage reseau, et une fenetre fermee d'un clic y laisserait une lettre de lecteur.
if not exist "%~dp0ouvrir.py" goto :sans_dossier
if not exist "%DIAGNOSTIC_ENV%\paquets.txt" goto :pas_installe
"%DIAGNOSTIC_ENV%\Scripts\python.exe" -c ""
if not "%ERRORLEVEL%"=="0" goto :sans_python
"%DIAGNOSTIC_ENV%\Scripts\python.exe" "%~dp0ouvrir.py"
set "CODE=%ERRORLEVEL%"
goto :fin

:pas_installe
echo Le diagnostic n'est pas encore installé sur ce poste, ou son installation a été interrompue.
echo Où : "%DIAGNOSTIC_ENV%"
echo À faire : double-cliquez sur installer.bat, à côté de ce fichier.
goto :fin

:sans_python
echo Le diagnostic est installé, et son Python ne démarre plus : il a été enlevé ou changé depuis, ou une règle du poste l'arrête.
echo Où : "%DIAGNOSTIC_ENV%"
echo À faire : double-cliquez sur installer.bat, qui refait l'installation ; sinon, montrez ce message à votre service informatique.
goto :fin

:sans_dossier
echo Ce dossier n'est pas entier.
echo Où : "%~dp0"
echo À faire : extrayez le .zip en entier sur ce poste (clic droit, Extraire tout), dans un dossier comme Documents, puis relancez.

:fin
echo.
if not defined DIAGNOSTIC_SANS_PAUSE pause
if defined GARDER exit /b %CODE%
rem exit, et non exit /b : apres un nom depose qui contient une esperluette, cmd croirait devoir lancer la suite du nom.
exit %CODE%
