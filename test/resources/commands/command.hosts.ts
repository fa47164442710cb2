import { command } from '../../../src/resources/commands/command.js'
import { file } from '../../../src/resources/files/file.js'
import type { HostCase } from '../../../src/testing/host-case.js'

const setting = file('/srv/made/setting', { content: 'on\n', mode: '0644' })

export const hostCases: readonly HostCase[] = [
  {
    name: 'a command that makes a file',
    before: 'install -d -o deploy /srv/made',
    resource: () =>
      command(['touch', '/srv/made/file'], { creates: '/srv/made/file', become: 'deploy' }),
    changes: ['run: touch /srv/made/file'],
    drifts: [{ by: 'rm /srv/made/file', changes: ['run: touch /srv/made/file'] }],
    errors: [
      {
        by: 'rm /srv/made/file; chattr +i /srv/made',
        says: /Operation not permitted/,
        after: 'chattr -i /srv/made',
      },
    ],
  },
  {
    name: 'a command that removes a file',
    before: 'touch /srv/removed',
    resource: () => command('rm /srv/removed', { removes: '/srv/removed' }),
    drifts: [{ by: 'touch /srv/removed', changes: ['run: rm /srv/removed'] }],
  },
  {
    name: 'a command with guards of its own',
    resource: () =>
      command('echo on >/srv/guarded', {
        unless: 'grep -qx on /srv/guarded',
        onlyIf: ['test', '!', '-e', '/srv/off'],
      }),
    drifts: [
      { by: 'echo off >/srv/guarded', changes: ['run: echo on >/srv/guarded'] },
      { by: 'touch /srv/off; echo off >/srv/guarded', changes: [] },
    ],
    errors: [
      {
        by: 'rm -f /srv/off; rm /srv/guarded; mkdir /srv/guarded',
        says: /Is a directory/,
        after: 'rmdir /srv/guarded',
      },
    ],
  },
  {
    name: 'a command that follows a change',
    before: 'mkdir -p /srv/made',
    needs: () => [setting],
    resource: () => command('cp /srv/made/setting /srv/copied', { onChangeOf: [setting] }),
    drifts: [
      {
        by: 'echo off >/srv/made/setting',
        changes: ['content changed', 'run: cp /srv/made/setting /srv/copied'],
        also: ['/srv/copied', '/var/lib/fettle'],
      },
    ],
  },
]
