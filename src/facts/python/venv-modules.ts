import { present, shellFact, unknown } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { asUser } from '../accounts/as-user.js'
import { failureOf } from '../failure.js'
import { answersOf } from '../section.js'
import asVenvOwnerText from './as-venv-owner.sh.js'

export interface VenvModulesKey {
  /** The interpreter. */
  readonly python: string
  /** Who runs it. Default: whoever owns what is at the path, else the session's user. */
  readonly owner?: string
  /** The path of the environment. */
  readonly path: string
}

/** Seconds for an interpreter. */
const answerLimit = 20

/** Whether an interpreter has the modules that make a virtual environment: `venv`, `ensurepip`. */
export const venvModulesFact = shellFact<VenvModulesKey, boolean>({
  name: 'python.venv-modules',
  script: (keys) => ({
    script: lines([
      asUser,
      shellFunctions(asVenvOwnerText),
      ...keys.map(
        ({ python, owner = '', path }) =>
          sh`echo @modules; ( fettle_as_venv_owner ${[owner, path]} timeout -k 5 ${answerLimit} ${python} -I -B -c 'import venv, ensurepip' ) 2>&1; echo "@status $?"`,
      ),
    ]),
  }),
  mayTake: (keys) => 60 + keys.length * (answerLimit + 5),
  parse(output, keys) {
    const answers = answersOf(output.stdout, 'modules')
    return keys.map(({ python }, index) => {
      const { answer = failureOf(output), status } = answers[index] ?? {}
      if (status === '0') return present(true)
      if (status === '1' && answer.includes('No module named')) return present(false)
      return unknown(
        `${python} could not be asked for its modules: ${answer.trim()}`,
        'run it on the host and see what it says',
      )
    })
  },
  recorded: {
    keys: [
      { python: 'python3', path: '/srv/app/venv' },
      { python: '/opt/python/bin/python3', owner: 'app', path: '/srv/other' },
    ],
    stdout: [
      '@modules',
      '@status 0',
      '@modules',
      'Traceback (most recent call last):',
      '  File "<string>", line 1, in <module>',
      "ModuleNotFoundError: No module named 'ensurepip'",
      '@status 1',
      '',
    ].join('\n'),
    facts: [present(true), present(false)],
  },
})
