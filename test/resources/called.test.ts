import { expect, test } from '@jest/globals'
import { scriptsOf, planOf } from '../../src/testing/outcome.js'
import { undefinedIn } from './called.js'
import { casesOf, exportedResources } from './tables.js'

test.each(exportedResources.map(({ definition }) => definition.type))(
  'the scripts of %s define the functions that they call',
  (type) => {
    const missing = casesOf(type).flatMap((row) =>
      scriptsOf(planOf(row, row.resource())).flatMap((script) =>
        undefinedIn(script).map((name) => `${row.name}: ${name}`),
      ),
    )
    expect(missing).toEqual([])
  },
)

test.each([
  ['fettle_refuse no', ['fettle_refuse']],
  ['fettle_refuse() { exit 1; }\nfettle_refuse no', []],
  ['if ! fettle_holds x; then echo "$(fettle_ask)"; fi', ['fettle_holds', 'fettle_ask']],
  ['echo "$fettle_answer" >/run/fettle_x', []],
])('%s calls what it lacks: %j', (script, missing) => {
  expect(undefinedIn(script)).toEqual(missing)
})
