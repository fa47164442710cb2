import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { guardFact, type Guards } from '../../../src/facts/commands/guard.js'
import { runIn, shells } from '../../shells.js'

describe.each(shells)('$name', (shell) => {
  const root = mkdtempSync(join(tmpdir(), 'guards-'))
  const [here, program] = [join(root, "it's here"), join(root, 'program')]
  writeFileSync(here, '')
  writeFileSync(program, 'no program')
  chmodSync(program, 0o644)
  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
  })

  test.each<[Guards, object]>([
    [{}, { is: 'due' }],
    [{ creates: here }, { is: 'holds', guard: 'creates' }],
    [{ creates: '/nonexistent' }, { is: 'due' }],
    [{ removes: here }, { is: 'due' }],
    [{ removes: '/nonexistent' }, { is: 'holds', guard: 'removes' }],
    [{ unless: 'true' }, { is: 'holds', guard: 'unless' }],
    [{ unless: ['false'] }, { is: 'due' }],
    [{ unless: 'exit 5' }, { is: 'due' }],
    [{ onlyIf: 'true' }, { is: 'due' }],
    [
      { onlyIf: 'false', unless: 'exit 127' },
      { is: 'holds', guard: 'onlyIf' },
    ],
    [
      { onlyIf: 'true', unless: 'true' },
      { is: 'holds', guard: 'unless' },
    ],
    [{ unless: ['no-such-program'] }, { is: 'failed', guard: 'unless', status: 127 }],
    [{ onlyIf: 'no-such-program' }, { is: 'failed', guard: 'onlyIf', status: 127 }],
    [{ onlyIf: [program] }, { is: 'failed', guard: 'onlyIf', status: 126 }],
    [{ unless: 'kill -9 $$' }, { is: 'failed', guard: 'unless', status: 137 }],
    [
      { unless: ['test', '-e', "it's here"], cwd: root },
      { is: 'holds', guard: 'unless' },
    ],
    [
      { unless: 'true', cwd: '/nonexistent' },
      { is: 'failed', guard: 'cwd', status: 1 },
    ],
    [{ unless: 'cat; echo noise; echo noise >&2; false' }, { is: 'due' }],
  ])('%j', (guards, verdict) => {
    const output = runIn(shell, guardFact.script([{ creates: here }, guards, { unless: 'true' }]))
    expect(guardFact.parse(output, [{}, guards, {}])).toEqual([
      { is: 'present', value: { is: 'holds', guard: 'creates' } },
      { is: 'present', value: verdict },
      { is: 'present', value: { is: 'holds', guard: 'unless' } },
    ])
  })
})
