import { absent, present, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import { processorLimit } from '../limits.js'
import treeSizeText from './tree-size.sh.js'

/** Seconds for all trees: one may hold millions of files. */
const longest = 600

/** How many KiB of disk a directory takes with everything in it, on its own file system. */
export const treeSizeFact = shellFact<string, number>({
  name: 'tree-size',
  script: (paths) => ({
    script: lines([
      processorLimit(longest),
      shellFunctions(treeSizeText),
      ...paths.map((path) => sh`fettle_tree_size ${path}`),
    ]),
  }),
  mayTake: () => longest,
  parse(output, paths) {
    const answers = output.stdout.toString().split('\n').slice(0, -1)
    if (
      answers.length !== paths.length ||
      !answers.every((answer) => /^(?:\d+|none)$/.test(answer))
    )
      return allUnknown(
        paths,
        'the sizes of directories could not be read',
        output,
        'see what du(1) says on the host',
      )
    return answers.map((answer) => (answer === 'none' ? absent : present(Number(answer))))
  },
  recorded: {
    keys: ['/srv/app', '/srv/none'],
    stdout: '1284\nnone\n',
    facts: [present(1284), absent],
  },
})
