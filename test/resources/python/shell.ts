import { refuse } from '../../../src/core/refuse.js'
import { sh, type Sh } from '../../../src/core/sh.js'
import { inDirectory } from '../../../src/resources/files/in-directory.js'

const inVenv = (owner: string | undefined, script: Sh): string =>
  inDirectory('/srv/app/venv', owner, [], script).text

/** The script that makes `/srv/app/venv` as an owner. */
export const made = (
  owner: string | undefined,
  python: string,
  ...flags: readonly string[]
): string =>
  inVenv(
    owner,
    sh`e_=$(${python} -c 'import venv, ensurepip' 2>&1) || {
  printf '%s\\n' "$e_" >&2
  case $e_ in *"No module named"*) ${refuse(`${python} has no module venv`, "add apt.packages(['python3-venv']) before this")} ;; esac
  exit 1
}
${python} -m venv ${flags} .`,
  )

const pip = (source: readonly string[]): Sh =>
  sh`./bin/python -m pip install --disable-pip-version-check --no-input --quiet ${source}`

/** The script that installs what is in its input, with options that say where it comes from. */
export const installed = (owner: string | undefined, ...source: readonly string[]): string =>
  inVenv(owner, sh`cat | ${pip(source)} -r /dev/stdin`)

/** The script that installs what a file of the host asks for. */
export const installedFrom = (file: string, owner: string | undefined): string =>
  inVenv(owner, sh`${pip([])} -r ${file}`)
