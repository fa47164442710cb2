import { present, unknown, type Fact, type ShellFactKind } from '../../core/fact.js'
import { lines, sh } from '../../core/sh.js'

/** What there is of a template's instances. */
export interface UnitInstances {
  /** Those that are not stopped. */
  readonly running: readonly string[]
  /** Whether one of them is started at boot. */
  readonly enabled: boolean
}

/**
 * The instances of templates such as `app@.service`. systemd lists those that it has loaded; links
 * of units tell what is enabled.
 */
export const unitInstancesFact: ShellFactKind<string, UnitInstances> = {
  backend: 'shell',
  name: 'unit-instances',
  script: (names) => ({
    script: lines([
      sh`enabled_() { for f_ in /etc/systemd/system/*.wants/"$1"* /etc/systemd/system/*.requires/"$1"*; do case $f_ in *"$2") [ ! -L "$f_" ] || { echo enabled; return; } ;; esac; done; }`,
      ...names.map((name) => {
        const [begin = '', end = ''] = name.split(/(?<=@)(?=\.)/)
        return sh`echo @instances
systemctl list-units --all --plain --no-legend --no-pager --state=active,reloading,activating,deactivating -- ${`${begin}*${end}`} || exit
enabled_ ${begin} ${end}`
      }),
    ]),
  }),
  parse({ code, stdout, stderr }, names): readonly Fact<UnitInstances>[] {
    const sections = stdout
      .toString()
      .split(/^@instances\n/m)
      .slice(1)
    if (code !== 0 || sections.length !== names.length)
      return names.map(() =>
        unknown(
          `the instances of units could not be read: ${stderr.trim() || `status ${String(code)}`}`,
          'see systemctl list-units on the host',
        ),
      )
    return sections.map((section) => {
      const words = section.split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '')
      return present({
        running: words.filter((word) => word.includes('@')),
        enabled: words.includes('enabled'),
      })
    })
  },
}
