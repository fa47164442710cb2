import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { lines, sh } from '../../../src/core/sh.js'
import type { MysqlConnection } from '../../../src/facts/mysql/backend.js'
import { databaseFact } from '../../../src/facts/mysql/server.js'
import { runIn, shells } from '../../shells.js'

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s asks', (_, shell) => {
  const folder = mkdtempSync(join(tmpdir(), 'client-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })
  const ask = (connection: MysqlConnection): readonly string[] => {
    const { script, input = '' } = databaseFact.script([{ name: 'd', connection }])
    const path = sh`export PATH=${folder}:$PATH`
    return runIn(shell, { script: lines([path, script]), input })
      .stdout.toString()
      .split('\n')
  }

  test('with the client that there is, and a password through a pipe', () => {
    writeFileSync(join(folder, 'mariadb'), '#!/bin/sh\necho "$1"; cat /proc/self/fd/3\n', {
      mode: 0o755,
    })
    const password = new Secret('hunter2')
    expect(ask({ host: 'db', password })).toEqual([
      '@server',
      '--defaults-file=/proc/self/fd/3',
      '[client]',
      'password="hunter2"',
      '@status 0',
      '',
    ])
  })
  test('nobody where there is no socket', () => {
    writeFileSync(join(folder, 'mariadb'), '#!/bin/sh\necho asked\n', { mode: 0o755 })
    expect(ask({ socket: join(folder, 'none') })).toEqual(['@server', '@status 91', ''])
  })
})
