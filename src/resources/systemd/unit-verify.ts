import { quote } from '../../core/sh.js'
import { isTemplate } from '../../facts/systemd/unit-name.js'

/**
 * Shell patterns for errors of systemd-analyze(1) that systemd itself does not report. They depend
 * on other files, which may be added later: programs in `Exec…=`, the service of a socket, required
 * units, and for a template the drop-ins of its instances.
 */
function decidedByOthers(name: string): string {
  const patterns = [
    "*': Command '*' is not executable: '*",
    "*': service '*' not loaded, socket cannot be started.'",
    "*': Failed to create '*'/start: Unit '*' not found.'",
  ]
  if (isTemplate(name))
    patterns.push(
      "*' has no '*' Refusing.'",
      "*' lacks '*' Refusing.'",
      "'Unit '*' has a bad unit file setting.'",
    )
  return patterns.join(' | ')
}

/** How sentences name the line. */
export const by = '`systemd-analyze verify`'

/**
 * A shell line that succeeds where systemd would take the file `%s` as the unit of a name.
 *
 * systemd judges a unit by its file's name, so a copy is verified under the right one.
 * `--recursive-errors=no` (systemd 250) makes what is ignored in this unit, such as a misspelt
 * setting, an error, and leaves out what is wrong with other units. Without it, lines that do not
 * name this unit are about others.
 */
export function verifying(name: string): string {
  const [stem = name] = name.split(/(?<=@)\./)
  return `d=$(mktemp -d) && trap 'rm -rf -- "$d"' EXIT && cp -- %s "$d"/${quote(name)} || exit
! systemd-analyze --help | grep -q -e --recursive-errors || o=--recursive-errors=no
systemd-analyze verify --man=no \${o-} "$d"/${quote(name)} 2>"$d"/said && exit
s=$?
while [ "$s" != 127 ] && IFS= read -r l; do
  case $l in ${decidedByOthers(name)}) s=0; continue ;; esac
  case \${o-none}$l in --* | *${quote(stem)}*) s=1; break ;; *) s=0 ;; esac
done <"$d"/said
[ "$s" = 0 ] || { cat "$d"/said >&2; exit 1; }`
}
