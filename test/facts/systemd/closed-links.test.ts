import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { sh, shellFunctions } from '../../../src/core/sh.js'
import { closedLinksFact } from '../../../src/facts/systemd/closed-links.js'
import closedLinksText from '../../../src/facts/systemd/closed-links.sh.js'
import { said } from '../said.js'
import { runIn, shells } from '../../shells.js'

test.each([
  ['nothing', said('')],
  ['no end', said('missing 0 /etc/systemd/system\n')],
  ['a status', said('end\n', 1, 'Failed to connect to bus\n')],
  ['other words', said('perhaps 0 /etc\nend\n')],
  ['more behind the end', said('end\nend\n')],
])('unknown after %s', (_, output) => {
  expect(closedLinksFact.parse(output, ['app.service'])).toMatchObject([{ is: 'unknown' }])
})

test('a place that is none of theirs, and one whose name has spaces', () => {
  const output = said('there 7 /etc/systemd/system\nmissing 0 /etc/a b 1.wants\nend\n')
  expect(closedLinksFact.parse(output, ['app.service'])).toEqual([
    { is: 'present', value: { missing: ['/etc/a b 1.wants'], there: [] } },
  ])
})

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  const dir = mkdtempSync(join(tmpdir(), 'closed-links-'))
  afterAll(() => {
    rmSync(dir, { recursive: true })
  })
  const written = (name: string, ...rows: readonly string[]): string => {
    const path = join(dir, name)
    writeFileSync(path, `${rows.join('\n')}\n`)
    return path
  }
  const links = (...units: readonly string[]): readonly string[] => {
    const script = sh`${shellFunctions(closedLinksText)}fettle_wanted_links`
    const { stdout } = runIn(shell, { script, input: `${units.join('\n\n')}\n` })
    return stdout.toString().replaceAll('/etc/systemd/system/', '').split('\n').slice(0, -1)
  }
  const unit = (id: string, fragment = '', ...dropIns: readonly string[]): string =>
    `Id=${id}\nFragmentPath=${fragment}\nDropInPaths=${dropIns.join(' ')}`

  test('links that [Install] asks for, and nothing of other sections', () => {
    const app = written(
      'app.service',
      '[Unit]',
      'Alias=none.service',
      '[Install]',
      '# WantedBy=none.target',
      ' WantedBy = a.target  b.target',
      'RequiredBy=c.target',
      'UpheldBy=d.target',
      'WantedBy=e.target',
      'Alias=other.service',
      '[Service]',
      'WantedBy=none.target',
    )
    expect(links(unit('gone.service'), unit('app.service', app), unit('x@1.service', app))).toEqual(
      ['app.service', 'x@1.service'].flatMap((id, index) => {
        const wanted = ['a', 'b', 'e'].map((name) => `${name}.target.wants/${id}`)
        const others = [`c.target.requires/${id}`, `d.target.upholds/${id}`, 'other.service']
        return [...wanted, ...others].map((link) => `${String(index + 1)} ${link}`)
      }),
    )
  })

  test('what a drop-in adds, and what it forgets', () => {
    const app = written('of.service', '[Install]', 'WantedBy=a.target', 'RequiredBy=c.target')
    const [one, two] = [
      written('one.conf', '[Install]', 'WantedBy='),
      written('two.conf', '[Install]', 'WantedBy=b.target'),
    ]
    expect(links(unit('of.service', app, one, two))).toEqual([
      '0 b.target.wants/of.service',
      '0 c.target.requires/of.service',
    ])
  })
})
