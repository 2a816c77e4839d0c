"""Compiles the modules that are frozen into the runtime: `freeze.py LIB PACKAGE OUT` writes OUT/frozen.bin and OUT/frozen.c.

LIB is CPython's Lib folder, PACKAGE the folder with icicle's own package. Runs with the Python that was built for the same version.
"""

import marshal
import sys
from pathlib import Path

# What a canister has no use for: files, processes, sockets, screens, tools of developers; and what the C modules are there for.
LEFT_OUT = set("""
    __hello__ __phello__ _aix_support _android_support _apple_support _ios_support _osx_support _pydatetime _pydecimal _pyio _pyrepl
    _strptime_ antigravity asyncio bdb cProfile cgi cgitb code codeop compileall concurrent ctypes curses dbm doctest ensurepip filecmp fileinput
    ftplib getpass http idlelib imaplib lib2to3 mailbox modulefinder multiprocessing netrc ntpath nturl2path pdb pickletools poplib
    profile pstats pty py_compile pyclbr pydoc pydoc_data rlcompleter sched selectors site-packages smtplib socket socketserver sqlite3 ssl
    subprocess symtable tabnanny tarfile test this threading_ tkinter trace tracemalloc tty turtle turtledemo unittest venv webbrowser
    wsgiref xml xmlrpc zipapp zipfile zipimport sitecustomize
""".split())
ENCODINGS = {"__init__", "aliases", "ascii", "latin_1", "utf_8", "utf_8_sig", "utf_16", "utf_16_be", "utf_16_le", "idna", "punycode", "hex_codec", "raw_unicode_escape", "unicode_escape"}
IN_PACKAGES = {"urllib": {"__init__", "parse", "error"}, "encodings": ENCODINGS, "importlib": None}


def find_modules(root):
    """(name, file, is_package), sorted."""
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        if parts[0] in LEFT_OUT or "__pycache__" in parts or parts[0].startswith("_sysconfigdata"):
            continue
        allowed = IN_PACKAGES.get(parts[0])
        if allowed and parts[-1] not in allowed:
            continue
        is_package = parts[-1] == "__init__"
        yield ".".join(parts[:-1] if is_package else parts), file, is_package


def freeze(lib, package, out):
    blob = bytearray()
    rows = []
    for root in (lib, package):
        for name, file, is_package in find_modules(root):
            code = compile(file.read_bytes(), f"<frozen {name}>", "exec", dont_inherit=True, optimize=2)
            data = marshal.dumps(code)
            rows.append(f'    {{"{name}", icicle_frozen + {len(blob)}, {len(data)}, {int(is_package)}}},')
            blob += data
    (out / "frozen.bin").write_bytes(blob)
    (out / "frozen.c").write_text(
        "#include <Python.h>\n\nstatic const unsigned char icicle_frozen[] = {\n#embed \"frozen.bin\"\n};\n\n"
        "const struct _frozen icicle_frozen_modules[] = {\n" + "\n".join(rows) + "\n    {0, 0, 0, 0},\n};\n"
    )
    print(f"{len(rows)} modules, {len(blob)} bytes")


freeze(*map(Path, sys.argv[1:4]))
