#!/bin/bash
# Compiles CPython's static library for WebAssembly from Debian's sources: the slow half of the runtime's build (about 5 minutes on
# two cores). `build-runtime.sh` is the fast half. Usage: build-cpython.sh FOLDER
#
# FOLDER holds the downloaded sources and everything that is built. Needs: clang-19 lld-19 llvm-19 libclang-rt-19-dev-wasm32 dpkg-dev gcc make.
set -euo pipefail

folder=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
jobs=${JOBS:-$(nproc)}
cd "$folder"
sha256sum --check "$here/sources.sha256"

[ -d sysroot ] || dpkg -x wasi-libc_*_all.deb sysroot
[ -d cpython ] || dpkg-source --no-check -x python3.13_*.dsc cpython

# A Python of the same version for the machine that builds: configure asks for it, and it compiles the modules that are frozen in.
mkdir -p cpython/host
if [ ! -x cpython/host/python ]; then
  (cd cpython/host && CFLAGS='-O1 -g0' ../configure --disable-test-modules --without-ensurepip > configure.log && make -j"$jobs" python > make.log 2>&1)
fi

mkdir -p cpython/wasm
cd cpython/wasm
if [ ! -f Makefile ]; then
  CC="clang-19 --target=wasm32-wasi --sysroot=$folder/sysroot/usr" \
    CPP="clang-19 --target=wasm32-wasi --sysroot=$folder/sysroot/usr -E" \
    AR=llvm-ar-19 RANLIB=llvm-ranlib-19 READELF=true HOSTRUNNER=true PKG_CONFIG_LIBDIR=/nonexistent \
    CONFIG_SITE=../Tools/wasm/config.site-wasm32-wasi \
    CFLAGS='-O2 -g0 -mbulk-memory -mnontrapping-fptoint -msign-ext' \
    ../configure --host=wasm32-wasi --build="$(gcc -dumpmachine)" --with-build-python="$folder/cpython/host/python" \
    --disable-test-modules --without-ensurepip --disable-ipv6 --with-pymalloc > configure.log
fi
cat > Modules/Setup.local <<'SETUP'
*disabled*
_codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _multibytecodec _lsprof _socket
SETUP
make -j"$jobs" libpython3.13.a > make.log 2>&1
ls -l libpython3.13.a
