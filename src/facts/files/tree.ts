import { absent, present, unknown, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { processorLimit } from '../limits.js'
import { readAttributes } from './path-attributes.js'
import type { PathEntry } from './path.js'
import treeText from './tree.sh.js'

/** A number of entries in a directory tree with the same kind, owner, group and mode. */
export type TreeEntry = Pick<PathEntry, 'kind' | 'mode' | 'uid' | 'gid' | 'owner' | 'group'> & {
  readonly count: number
}

/** Seconds for all trees: one may hold millions of files. */
const longest = 600

/**
 * A directory with everything below it on the same file system, counted by kind, owner, group and
 * mode. Links are not followed. One sort(1) for all trees.
 */
export const treeFact = shellFact<string, readonly TreeEntry[]>({
  name: 'tree',
  about: (path) => `path:${path}`,
  elsewhere: (path, lead) => lead(path),
  script: (paths) => ({
    script: lines([
      processorLimit(longest),
      shellFunctions(treeText),
      sh`{`,
      ...paths.map((path, index) => sh`fettle_tree ${index} ${path}`),
      sh`} | sort | uniq -c
echo end`,
    ]),
  }),
  mayTake: () => longest,
  parse({ code, stdout, stderr }, paths) {
    const trees: (TreeEntry[] | 'none')[] = paths.map(() => [])
    const odd = new Set<unknown>()
    const rows = stdout.toString().split('\n')
    const understood = rows.slice(0, -2).every((row) => {
      const [, count, index, rest = ''] = /^ *(\d+) (\d+) (.*)$/.exec(row) ?? []
      const tree = trees[Number(index)]
      if (tree === undefined || tree === 'none') return false
      if (rest === 'none') {
        trees[Number(index)] = 'none'
        return tree.length === 0 && !odd.has(tree)
      }
      const entry = readAttributes(rest)
      // Only this tree becomes unknown.
      if (entry === undefined) {
        odd.add(tree)
        return true
      }
      const { kind, mode, uid, gid, owner, group } = entry
      tree.push({ kind, mode, uid, gid, owner, group, count: Number(count) })
      return true
    })
    const whole = trees.every((tree) => tree.length > 0 || odd.has(tree))
    // After an error of a tool entries may be missing.
    if (code !== 0 || rows.at(-2) !== 'end' || !understood || !whole || stderr.trim() !== '') {
      return paths.map(() =>
        unknown(
          `directory trees could not be looked at: ${stderr.trim() || `status ${String(code)}`}`,
          'run again: something may have gone meanwhile; else see what find(1) says on the host',
        ),
      )
    }
    return trees.map((tree, index) => {
      if (odd.has(tree))
        return unknown(
          `what is in ${paths[index] ?? 'a directory'} could not be understood`,
          'look at it with stat(1) on the host',
        )
      return tree === 'none' ? absent : present(tree)
    })
  },
  recorded: {
    keys: ['/srv/app', '/srv/none'],
    // The group 5001 has no name.
    stdout: [
      '      2 0 41ed 0 5513 0 0 root:domain users',
      '     12 0 81a4 33 5001 0 0 www-data:UNKNOWN',
      '      1 1 none',
      'end',
      '',
    ].join('\n'),
    facts: [
      present([
        {
          kind: 'directory',
          mode: 0o755,
          uid: 0,
          gid: 5513,
          owner: 'root',
          group: 'domain users',
          count: 2,
        },
        {
          kind: 'file',
          mode: 0o644,
          uid: 33,
          gid: 5001,
          owner: 'www-data',
          group: null,
          count: 12,
        },
      ]),
      absent,
    ],
  },
})
