import { absent, present, shellFact } from '../../core/fact.js'
import { sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import userProcessText from './user-process.sh.js'

/** The number of a process of a user, by the user's id; absent where there is none. */
export const userProcessFact = shellFact<number, number>({
  name: 'user-process',
  script: (ids) => ({
    script: sh`${shellFunctions(userProcessText)}fettle_user_processes ${ids.flatMap((id, index) => (index === 0 ? [id] : ['-o', '-user', id]))}`,
  }),
  parse(output, ids) {
    const { code, stdout } = output
    const [, text] = /^((?:\d+ \d+\n)*)end\n$/.exec(stdout.toString()) ?? []
    if (code !== 0 || text === undefined)
      return allUnknown(ids, 'the processes could not be listed', output, 'see ps on the host')
    const found = new Map(
      [...text.matchAll(/(\d+) (\d+)\n/g)].map(
        ([, user, process]) => [Number(user), Number(process)] as const,
      ),
    )
    return ids.map((id) => {
      const process = found.get(id)
      return process === undefined ? absent : present(process)
    })
  },
  recorded: {
    keys: [1000, 1001],
    stdout: '1000 4711\n1000 4712\nend\n',
    facts: [present(4712), absent],
  },
})
