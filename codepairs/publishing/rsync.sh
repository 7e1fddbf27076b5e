#!/bin/sh
# Brings the site to a server of one's own: publish.sh site/ user@example.org:/srv/www/codes/
#
# New and changed files are sent beside their places and put there together at the end, then what is gone is removed: no
# visitor meets half a file, or a link to a page that is not there yet. Only what differs is sent. The manifest stays here.
set -eu
rsync --recursive --links --times --compress --delay-updates --delete-after --exclude=/.codepairs.jsonl -- "$1" "$2"
