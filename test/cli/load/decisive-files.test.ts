import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { decisiveFiles } from '../../../src/cli/load/decisive-files.js'
import { loadPlays } from '../../../src/cli/load/load-tasks.js'
import { play } from '../../../src/core/play.js'
import { untrustedWarnings } from '../../../src/files/untrusted-paths.js'
import { project } from '../../inventory/project.js'

const files = {
  'package.json': '{ "type": "module" }',
  '.env': '',
  'inventory/hosts.yml': '',
  'inventory/more/hosts': '',
  'inventory/group_vars/all.yml': '',
  'inventory/host_vars/web1/a.yml': '',
  'inventory/known_hosts': '',
  'group_vars/web.yml': '',
  'templates/deep/a.njk': '',
  'tasks/site.ts': `import { play } from 'fettle'\nimport { name } from '../lib/name.js'\nexport default play({ name, hosts: 'all', tasks: [] })\n`,
  'lib/name.ts': `export const name: string = 'one'\n`,
  'other/by-name.ts': `const file = './by-jiti' + '.js'\nexport default (await import(file)).default\n`,
  'other/by-jiti.ts': `import { play } from 'fettle'\nexport default play({ name: 'two', hosts: 'all', tasks: [] })\n`,
  'staging/hosts.yml': '',
  'staging/group_vars/all.yml': '',
}
const ofAnother = ['staging/hosts.yml', 'staging/group_vars/all.yml']
// Jest loads it instead of jiti, and does not record it.
const hidden = 'other/by-jiti.ts'

test.each(Object.keys(files).filter((name) => name !== hidden))(
  '%s decides what runs',
  async (name) => {
    const directory = project(files)
    for (const file of ['tasks/site.ts', 'other/by-name.ts'])
      await loadPlays(file, directory, () =>
        Promise.resolve({ fettle: { play }, 'fettle/kit': {} }),
      )
    chmodSync(join(directory, '.env'), 0o600)
    expect(untrustedWarnings(directory, decisiveFiles(directory, []))).toEqual([])
    chmodSync(join(directory, name), 0o602)
    const said = [
      expect.stringContaining(`a path that decides what runs: ${name} (everybody may write); `),
    ]
    expect(untrustedWarnings(directory, decisiveFiles(directory, []))).toEqual(
      ofAnother.includes(name) ? [] : said,
    )
    expect(
      untrustedWarnings(
        directory,
        decisiveFiles(directory, ['inventory', 'web1,web2', 'staging/hosts.yml', 'none.yml']),
      ),
    ).toEqual(said)
  },
)
