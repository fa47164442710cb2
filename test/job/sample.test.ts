import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { prepare, type PreparedRun } from '../../src/engine/prepare/prepare.js'
import { loadInventory } from '../../src/inventory/load.js'
import site from '../../tasks/site.js'
import { options } from '../engine/toy.js'

const project = join(import.meta.dirname, '../..')
const before = process.env['GITHUB_TOKEN']

beforeAll(() => {
  process.env['GITHUB_TOKEN'] = 'github_pat_sample'
  process.env['DATABASE_PASSWORD'] = 'a password: 100 % "quoted"'
})
afterAll(() => {
  if (before === undefined) delete process.env['GITHUB_TOKEN']
  else process.env['GITHUB_TOKEN'] = before
  delete process.env['DATABASE_PASSWORD']
})

const prepared = async (...extraVars: readonly string[]): Promise<PreparedRun> =>
  prepare(
    [site],
    await loadInventory({ sources: [join(project, 'inventory/example.yml')], project, extraVars }),
    options({ mode: 'plan', project }),
  )

/**
 * The sample inventory and the defaults of `tasks/vars.ts`: every resource is built and every
 * template rendered, before anything connects.
 */
test.each([
  [[]],
  [['github=false']],
  [['ssh_agent=true']],
  [['database_password=env']],
  [['app_user=deploy', 'app_group=www-data', 'bind=127.0.0.1:8000']],
  [['find_links=/srv/wheels', 'system_site_packages=true']],
])('the sample inventory holds with %j', async (extraVars) => {
  const { plays, warnings } = await prepared(...extraVars)
  expect(warnings).toEqual([])
  expect(plays[0]?.steps?.get('demo.example.org')?.length).toBeGreaterThan(30)
})
