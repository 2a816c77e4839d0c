#!/bin/bash
# Links the runtime: our host, icicle's Python package and CPython's library become python-3.13.wasm.gz. Usage: build-runtime.sh FOLDER, where
# build-cpython.sh has been before. Takes half a minute.
set -euo pipefail

folder=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
cpython=$folder/cpython
out=$folder/runtime
mkdir -p "$out"

"$cpython/host/python" -I "$here/freeze.py" "$cpython/Lib" "$here/package" "$out"

cc="clang-19 --target=wasm32-wasi --sysroot=$folder/sysroot/usr -std=gnu23 -O2 -g0 -mbulk-memory -mnontrapping-fptoint -msign-ext"
include="-I$cpython/Include -I$cpython/Include/internal -I$cpython/wasm -I$here/host"
for source in "$here"/host/*.c "$out/frozen.c"; do
  $cc $include -Wno-int-to-pointer-cast -c "$source" -o "$out/$(basename "$source" .c).o"
done
$cc -nostartfiles -fuse-ld="$(command -v wasm-ld-19)" -Wl,--no-entry,--gc-sections,--strip-all,--stack-first,--export-table,--export=__stack_pointer \
  -Wl,-z,stack-size=2097152 "$out"/*.o "$cpython/wasm/libpython3.13.a" "$cpython"/wasm/Modules/_decimal/libmpdec/libmpdec.a \
  "$cpython"/wasm/Modules/_hacl/libHacl_Hash_SHA2.a "$cpython"/wasm/Modules/expat/libexpat.a \
  -lm -ldl -lpthread -lwasi-emulated-signal -lwasi-emulated-getpid -lwasi-emulated-process-clocks -o "$out/python-3.13.wasm"
node "$here/check-runtime.mjs" "$out/python-3.13.wasm"
gzip -9 -n -c "$out/python-3.13.wasm" > "$here/python-3.13.wasm.gz"
(cd "$here" && sha256sum python-3.13.wasm.gz > python-3.13.wasm.gz.sha256)
ls -l "$here/python-3.13.wasm.gz"
