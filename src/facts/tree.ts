import { absent, present, unknown, type ShellFactKind } from '../core/fact.js'
import { lines, sh } from '../core/sh.js'
import { readAttributes, type PathEntry } from './path.js'

/** Things of a directory tree that are alike: how many, of which kind, whose, and with which mode. */
export type TreeEntry = Pick<PathEntry, 'kind' | 'mode' | 'uid' | 'gid' | 'owner' | 'group'> & { readonly count: number }

/** A directory with all that is below it on the same file system, counted by kind, owner, group and mode. Links are not followed. */
export const treeFact: ShellFactKind<string, readonly TreeEntry[]> = {
  backend: 'shell',
  name: 'tree',
  script: (paths) => ({
    script: lines([
      ...paths.map((path, index) => sh`if [ -d ${path} ] && [ ! -L ${path} ]; then echo ${`tree ${String(index)}`}; find ${path} -xdev -exec stat -c '%f %u %g 0 %U %G' -- {} + | sort | uniq -c; fi`),
      sh`echo end`,
    ]),
  }),
  parse({ code, stdout, stderr }, paths) {
    const trees: (TreeEntry[] | undefined)[] = paths.map(() => undefined)
    const rows = stdout.toString().split('\n')
    let current: TreeEntry[] | undefined
    const understood = rows.slice(0, -2).every((row) => {
      const index = /^tree (\d+)$/.exec(row)?.[1]
      if (index !== undefined && Number(index) < paths.length) return (current = trees[Number(index)] = []).length === 0
      const [, count, rest] = /^ *(\d+) (.*)$/.exec(row) ?? []
      const entry = rest === undefined ? undefined : readAttributes(rest)
      if (current === undefined || entry === undefined) return false
      const { kind, mode, uid, gid, owner, group } = entry
      return current.push({ kind, mode, uid, gid, owner, group, count: Number(count) }) > 0
    })
    // A tool that complained may have left something out.
    if (code !== 0 || rows.at(-2) !== 'end' || !understood || stderr.trim() !== '') {
      return paths.map(() => unknown(`directory trees could not be looked at: ${stderr.trim() || `status ${String(code)}`}`, 'run again: something may have gone meanwhile; else see what find(1) says on the host'))
    }
    return trees.map((tree) => (tree === undefined ? absent : present(tree)))
  },
}
