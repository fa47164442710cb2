import { sh, type Sh } from '../../core/sh.js'

/**
 * A program of Python that says `met`, `unmet`, or `cannot LINE` of a requirements file with all
 * that it includes. It reads markers and versions as pip does, by pip's own copy of `packaging`,
 * and nothing but these words is an answer. pip itself could be asked by `--dry-run` from 22.2 on
 * only, and would take a failure of its own for a requirement that is not met.
 */
const program = `import codecs, os, re, sys
try: from pip._vendor.packaging import requirements, utils
except ImportError: from packaging import requirements, utils
def say(*words): print(*words); sys.exit()
try:
  from importlib.metadata import distributions
  found = [(d.metadata["Name"], d.version) for d in distributions()]
except ImportError:
  from pip._vendor.pkg_resources import working_set
  found = [(d.project_name, d.version) for d in working_set]
installed = {}
for name, version in found: installed.setdefault(utils.canonicalize_name(name or ""), version)
encodings = (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")
wanted, limits = [], []
def read(path, into):
  try:
    with open(path, "rb") as file: data = file.read()
    text = data.decode(next((name for mark, name in encodings if data.startswith(mark)), "utf-8"))
  except (OSError, UnicodeError) as error: say("cannot", "read", error)
  for line in re.sub(r"\\\\\\r?\\n", " ", text).splitlines():
    line = re.sub(r"(^|\\s)#.*", "", line).strip()
    line = re.sub(r"\\$\\{([A-Z0-9_]+)\\}", lambda match: os.environ.get(match[1], match[0]), line)
    other = re.match(r"(?:-([rc])\\s*|--(r)equirement[\\s=]\\s*|--(c)onstraint[\\s=]\\s*)(.+)", line)
    if other: read(os.path.join(os.path.dirname(path), other[4]), limits if "c" in (other[1], other[3]) else into)
    elif re.match(r"-e|--editable", line): say("cannot", line)
    elif line and line[0] != "-": into.append(line)
def parsed(lines):
  for line in lines:
    try: one = requirements.Requirement(re.sub(r"\\s--?\\w.*", "", line))
    except Exception: say("cannot", line)
    if one.url: say("cannot", line)
    if not one.marker or one.marker.evaluate({"extra": ""}): yield utils.canonicalize_name(one.name), one.specifier
read(sys.argv[1], wanted)
names = dict(parsed(wanted))
for name, versions in [*parsed(wanted), *((name, versions) for name, versions in parsed(limits) if name in names)]:
  if name not in installed or not versions.contains(installed[name], prereleases=True): say("unmet")
say("met")`

/** Seconds for the Python program. */
export const judgementLimit = 30

/**
 * A script that asks an environment's Python, in its directory, whether the requirements in a file
 * are met: without a network and without writing.
 * @param before writes what is in /dev/stdin
 */
export const judging = (source: string, before = sh``): Sh =>
  sh`${before}timeout -k 5 ${judgementLimit} ./bin/python -I -B -c ${program} ${source}`
