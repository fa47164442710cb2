import { present, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import closedLinksText from './closed-links.sh.js'

/** Directories to which root may not write, with links that enable a unit, or without them. */
export interface ClosedLinks {
  /** Where a link would have to be made. */
  readonly missing: readonly string[]
  /** Where a link would have to be removed. */
  readonly there: readonly string[]
}

const answer = /^((?:(?:missing|there) \d+ \/[^\n]*\n)*)end\n$/

/**
 * Where enabling or disabling units would fail: in the directories of the links that their
 * `[Install]` sections ask for.
 */
export const closedLinksFact = shellFact<string, ClosedLinks>({
  name: 'closed-links',
  script: (names) => ({
    script: lines([shellFunctions(closedLinksText), sh`fettle_closed_links ${names}`]),
  }),
  parse(output, names) {
    const [, text] = (output.code === 0 && answer.exec(output.stdout.toString())) || []
    if (text === undefined)
      return allUnknown(
        names,
        'the places of links of units could not be read',
        output,
        'see systemctl status on the host',
      )
    const rows = text.split('\n')
    const placesOf = (begin: string): readonly string[] =>
      rows.flatMap((row) => (row.startsWith(begin) ? [row.slice(begin.length)] : []))
    return names.map((_, index) =>
      present({
        missing: placesOf(`missing ${String(index)} `),
        there: placesOf(`there ${String(index)} `),
      }),
    )
  },
  recorded: {
    keys: ['app.service', 'web.service', 'old.service'],
    stdout:
      'missing 0 /etc/systemd/system/multi-user.target.wants\nthere 2 /etc/systemd/system\nend\n',
    facts: [
      present({ missing: ['/etc/systemd/system/multi-user.target.wants'], there: [] }),
      present({ missing: [], there: [] }),
      present({ missing: [], there: ['/etc/systemd/system'] }),
    ],
  },
})
