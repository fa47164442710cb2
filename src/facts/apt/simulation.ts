import { present, shellFact, unknown, type Fact } from '../../core/fact.js'
import { explanationIn } from '../../core/refuse.js'
import refuseText from '../../core/refuse.sh.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { answersOf, type Answer } from '../section.js'
import aptGetText from './apt-get.sh.js'
import missingText from './missing.sh.js'
import onlyText from './only.sh.js'
import simulationText from './simulation.sh.js'

const functions = lines(
  [refuseText, aptGetText, missingText, onlyText, simulationText].map(shellFunctions),
)

/** What apt-get(8) is asked to simulate. */
export interface AptTrial {
  readonly verb: 'install' | 'remove' | 'purge'
  /** Options of an installation. */
  readonly flags: readonly string[]
  /** As apt-get takes them: `git`, `git=1:2.39*`, `libc6:i386`. */
  readonly names: readonly string[]
}

/** What apt-get would do. */
export interface AptSimulation {
  /** Why it would fail; null where it would not. */
  readonly failure: AptFailure | null
  /** All packages that would be installed, by apt's names. */
  readonly installed: readonly string[]
  /** All installed packages that would be brought to another version. */
  readonly upgraded: readonly string[]
}

/** Why apt-get would fail. */
export interface AptFailure {
  readonly reason: string
  readonly remedy: string
  /** What apt-get has printed, its last lines. */
  readonly detail: string
}

/** How many lines of apt's output a failure quotes. */
const quoted = 30

const scriptOf = ({ verb, flags, names }: AptTrial): Sh =>
  verb === 'install'
    ? sh`fettle_apt_try fettle_apt_try_install ${flags} -- ${names}`
    : sh`fettle_apt_try fettle_apt_try_remove ${verb} ${names.join(', ')} ${names}`

function simulationOf({ answer, status }: Answer, { verb, names }: AptTrial): AptSimulation {
  if (status === '0')
    return { failure: null, installed: namesIn(answer, '('), upgraded: namesIn(answer, '[') }
  const { reason, remedy, words } = explanationIn(answer)
  const failure: AptFailure = {
    reason: reason ?? `\`apt-get -s ${verb} ${names.join(' ')}\` failed with status ${status}`,
    remedy: remedy ?? 'see what it printed',
    detail: words.trimEnd().split('\n').slice(-quoted).join('\n'),
  }
  return { failure, installed: [], upgraded: [] }
}

const failed = (failure: AptFailure): Fact<AptSimulation> =>
  present({ failure, installed: [], upgraded: [] })

/** The packages in an answer that are marked in this way. */
const namesIn = (answer: string, mark: '(' | '['): readonly string[] =>
  answer
    .split('\n')
    .filter((line) => line.endsWith(` ${mark}`))
    .map((line) => line.slice(0, -2))

/**
 * What installations and removals would do, by `apt-get -s` for each. It is for trials only: apt
 * reads all package lists each time, which takes a second of the processor's time.
 */
export const aptSimulationFact = shellFact<AptTrial, AptSimulation>({
  name: 'apt-simulation',
  script: (trials) => ({ script: lines([functions, ...trials.map(scriptOf)]) }),
  parse({ stdout }, trials): readonly Fact<AptSimulation>[] {
    const answers = answersOf(stdout, 'SIMULATION')
    return trials.map((trial, index) => {
      const answer = answers[index]
      if (answer !== undefined) return present(simulationOf(answer, trial))
      return unknown('apt-get -s gave no answer', 'run it on the host and read what it says')
    })
  },
  mayTake: (trials) => 60 * (1 + trials.length),
  recorded: {
    keys: [
      { verb: 'install', flags: ['--no-install-recommends'], names: ['git', 'tree'] },
      { verb: 'install', flags: [], names: ['nosuch'] },
      { verb: 'install', flags: [], names: ['lost'] },
      { verb: 'remove', flags: [], names: ['base'] },
      { verb: 'purge', flags: [], names: ['app'] },
    ],
    // apt 2.6.2
    stdout: [
      '@SIMULATION',
      'git-man (',
      'git (',
      'tree (',
      'libc6 [',
      '@status 0',
      '@SIMULATION',
      'E: Unable to locate package nosuch',
      'fettle: no package nosuch in the package lists of the host',
      'fettle, remedy: correct the name',
      '@status 1',
      '@SIMULATION',
      'The following packages have unmet dependencies:',
      ' lost : Depends: gone but it is not installable',
      'E: Unable to correct problems, you have held broken packages.',
      '@status 100',
      '@SIMULATION',
      'fettle: other packages need base and would be removed too: app ',
      'fettle, remedy: remove those first, or name them here',
      '@status 1',
      '@SIMULATION',
      '@status 0',
      '',
    ].join('\n'),
    facts: [
      present({ failure: null, installed: ['git-man', 'git', 'tree'], upgraded: ['libc6'] }),
      failed({
        reason: 'no package nosuch in the package lists of the host',
        remedy: 'correct the name',
        detail: 'E: Unable to locate package nosuch',
      }),
      failed({
        reason: '`apt-get -s install lost` failed with status 100',
        remedy: 'see what it printed',
        detail: [
          'The following packages have unmet dependencies:',
          ' lost : Depends: gone but it is not installable',
          'E: Unable to correct problems, you have held broken packages.',
        ].join('\n'),
      }),
      failed({
        reason: 'other packages need base and would be removed too: app',
        remedy: 'remove those first, or name them here',
        detail: '',
      }),
      present({ failure: null, installed: [], upgraded: [] }),
    ],
  },
})
