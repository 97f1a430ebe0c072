#!/bin/bash
# Records the corpus anew: core/screen/tests/programs/record.sh (as root, in Linux: it uses namespaces of its own, so
# that no name, process or path of the machine gets into a recording).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
cargo build -q --manifest-path "$root/Cargo.toml" -p jumpseat-screen --example record
bin=${CARGO_TARGET_DIR:-$root/target}/debug/examples/record
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$bin" "$scratch/record"
cp "$here"/*.py "$here"/*.sh "$scratch/"
mkdir "$scratch/out"
unshare --mount --uts --pid --fork --mount-proc bash -euo pipefail -c '
  mkdir -p /home/dev
  mount --bind "$1" /home/dev
  hostname host
  cd /home/dev
  exec env -i HOME=/home/dev USER=dev PATH="$2" RUSTUP_HOME="$3" CARGO_HOME="$4" SHELL=/bin/bash bash ./all.sh
' - "$scratch" "$PATH" "${RUSTUP_HOME:-$HOME/.rustup}" "${CARGO_HOME:-$HOME/.cargo}"
cp "$scratch"/out/*.rec "$here/../corpus/"
ls -l "$here/../corpus"
