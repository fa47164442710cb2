import { present, type Fact, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import { sectionsOf } from '../section.js'
import unitInstancesText from './unit-instances.sh.js'

/** The instances of a template. */
export interface UnitInstances {
  /** Instances that are not stopped. */
  readonly running: readonly string[]
  /** Whether an instance is started at boot. */
  readonly enabled: boolean
  /** Whether the template has a file outside `/etc/systemd/system`, such as a package's. */
  readonly elsewhere: boolean
}

/**
 * The instances of templates such as `app@.service`. systemd lists the loaded ones; the links of
 * units show which are enabled.
 */
export const unitInstancesFact = shellFact<string, UnitInstances>({
  name: 'unit-instances',
  script: (names) => ({
    script: lines([
      shellFunctions(unitInstancesText),
      ...names.map((name) => {
        const [begin = '', end = ''] = name.split(/(?<=@)(?=\.)/)
        return sh`fettle_instances ${begin} ${end}`
      }),
    ]),
  }),
  parse(output, names): readonly Fact<UnitInstances>[] {
    const { code, stdout } = output
    const sections = sectionsOf(stdout, 'instances')
    if (code !== 0 || sections.length !== names.length)
      return allUnknown(
        names,
        'the instances of units could not be read',
        output,
        'see systemctl list-units on the host',
      )
    return sections.map((section) => {
      const words = section.split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '')
      return present({
        running: words.filter((word) => word.includes('@')),
        enabled: words.includes('enabled'),
        elsewhere: words.includes('elsewhere'),
      })
    })
  },
  recorded: {
    keys: ['many@.service', 'few@.timer'],
    stdout: [
      '@instances',
      'many@a.service loaded active running many',
      '  many@b.service loaded activating auto-restart many',
      'enabled',
      '@instances',
      'elsewhere',
      '',
    ].join('\n'),
    facts: [
      present({ running: ['many@a.service', 'many@b.service'], enabled: true, elsewhere: false }),
      present({ running: [], enabled: false, elsewhere: true }),
    ],
  },
})
