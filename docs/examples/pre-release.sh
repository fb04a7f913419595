#!/bin/sh
# A hook before a release: publishes the audit beside it and checks the result as a stranger would, with nothing but public
# files. It fails, and so stops the release, when the outcome is not the one that the release claims.
#
#   pre-release.sh RUN-FOLDER SIGNING-KEY VERIFYING-KEY [RELEASE-FOLDER]
#
# RUN-FOLDER is that of a proved run (`pot-prove audit` or register, run, prove). Put a check.toml beside this script to demand
# more than SAME.
set -eu
run=${1:?"usage: pre-release.sh RUN-FOLDER SIGNING-KEY VERIFYING-KEY [RELEASE-FOLDER]"}
key=${2:?"the private key to sign with"}
verifying=${3:?"the verifying key that strangers will check under"}
release=${4:-release}
here=$(cd "$(dirname "$0")" && pwd)

pot-prove publish "$run" --dir "$release" --key "$key"
set -- --require SAME
[ ! -e "$here/check.toml" ] || set -- --policy-file "$here/check.toml"
pot-check verify "$release" --identity "$key.pub" --trust "$verifying" "$@"
echo "$release can go beside the release"
