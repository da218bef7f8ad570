@echo off
rem Ouvre l'application, ou fait le diagnostic du dossier depose sur ce fichier.
setlocal EnableExtensions EnableDelayedExpansion
rem Le nom depose peut contenir une esperluette ou un point d'exclamation : il est lu ici d'un bloc, jamais par le signe pour cent suivi de 1.
set "DIAGNOSTIC_LIGNE=!CMDCMDLINE!"
setlocal DisableDelayedExpansion
rem Depuis une fenetre deja ouverte, la ligne ci-dessus est celle de la fenetre : le nom est alors le premier mot donne.
set "DIAGNOSTIC_DONNE=%~1"
chcp 65001 >nul
title Diagnostic partagé d'un territoire
set "PYTHONUTF8=1"
set "PYTHONNOUSERSITE=1"
if not defined DIAGNOSTIC_ENV set "DIAGNOSTIC_ENV=%LOCALAPPDATA%\diagnostic-maillage\env"
if not exist "%DIAGNOSTIC_ENV%\Scripts\python.exe" goto :pas_installe
pushd "%~dp0"
if not exist ouvrir.py goto :sans_dossier
"%DIAGNOSTIC_ENV%\Scripts\python.exe" ouvrir.py
popd
goto :fin

:pas_installe
echo Le diagnostic n'est pas encore installé sur ce poste.
echo Où : "%DIAGNOSTIC_ENV%"
echo À faire : double-cliquez d'abord sur installer.bat, à côté de ce fichier.
goto :fin

:sans_dossier
echo Ce dossier ne s'ouvre pas.
echo Où : "%~dp0"
echo À faire : copiez-le en entier sur ce poste, sous un nom sans signe pour cent (Documents\diagnostic-windows), puis relancez.

:fin
echo.
if not defined DIAGNOSTIC_SANS_PAUSE pause
rem exit, et non exit /b : apres un nom depose qui contient une esperluette, cmd croirait devoir lancer la suite du nom.
exit
