import { checkHttp } from '../../../../src/resources/commands/check-http.js'
import { command, type CommandOptions } from '../../../../src/resources/commands/command.js'
import { directory } from '../../../../src/resources/files/directory.js'
import { file } from '../../../../src/resources/files/file.js'
import { user } from '../../../../src/resources/accounts/user.js'
import { playAs, type PlanApplyCase } from '../case.js'

const commands: readonly (readonly [what: string, line: string, options: CommandOptions])[] = [
  ['that always runs', 'true', {}],
  ['that fails', 'false', {}],
  ['that is missing', '/usr/bin/none', {}],
  ['whose success is another status', 'exit 3', { successCodes: [3] }],
  ['that has made its file', 'false', { creates: '/etc/passwd' }],
  ['that makes its file', 'touch /srv/command-made', { creates: '/srv/command-made' }],
  ['that does not make its file', 'true', { creates: '/srv/command-none' }],
  ['that makes a file in a missing directory', 'touch /srv/none/x', { creates: '/srv/none/x' }],
  ['that has removed its file', 'false', { removes: '/srv/command-none' }],
  ['that is not to run', 'false', { unless: 'true' }],
  [
    'that is to run until it holds',
    'touch /srv/command-held',
    { unless: 'test -e /srv/command-held' },
  ],
  ['that never holds', 'true', { unless: 'false' }],
  ['that is not due', 'false', { onlyIf: 'false' }],
  ['that is due', 'true', { onlyIf: 'true', unless: 'test -e /etc/none' }],
  ['whose guard is missing', 'true', { unless: '/usr/bin/none' }],
  ['whose guard is no program', 'true', { onlyIf: '/etc/passwd' }],
  ['in a directory', 'touch here', { cwd: '/srv', creates: '/srv/here' }],
  ['in a missing directory', 'true', { cwd: '/srv/none' }],
  ['of deploy’s', 'touch /tmp/of-deploy', { become: 'deploy', creates: '/tmp/of-deploy' }],
  [
    'of deploy’s that only root may run',
    'touch /root/x',
    { become: 'deploy', creates: '/srv/none' },
  ],
  ['of somebody who is missing', 'true', { become: 'missing' }],
]

const more: readonly PlanApplyCase[] = [
  {
    name: 'commands that need what comes before',
    run: () => [
      directory('/srv/tools'),
      file('/srv/tools/check', { content: '#!/bin/sh\ntest -e /srv/tools/done\n', mode: '0755' }),
      command('touch done', { cwd: '/srv/tools', unless: '/srv/tools/check' }),
      command('touch more', { cwd: '/srv/tools', creates: '/srv/tools/more' }),
      command('true', { cwd: '/srv/elsewhere' }),
    ],
  },
  {
    name: 'a command whose guard a file before it decides',
    before: 'mkdir /srv/decided; echo off >/srv/decided/switch',
    run: () => [
      file('/srv/decided/switch', { content: 'on\n' }),
      command('touch /srv/decided/on', {
        onlyIf: 'grep -q on /srv/decided/switch',
        creates: '/srv/decided/on',
      }),
      file('/srv/decided/other', { content: 'on\n' }),
      command('false', { creates: '/srv/decided/other' }),
    ],
  },
  {
    name: 'a command of a new user’s',
    run: () => [
      user('runner'),
      command('touch ~/made', { become: 'runner', creates: '/home/runner/made' }),
    ],
  },
  {
    name: 'commands of a play of deploy’s',
    run: () => [
      playAs(
        'deploy',
        command('touch ~/mine', { creates: '/home/deploy/mine' }),
        command('touch /root/x', { creates: '/root/x' }),
      ),
    ],
  },
  {
    name: 'a page that is not there',
    run: () => [
      checkHttp('http://127.0.0.1:9/', { ignoreFailure: true }),
      checkHttp('http://none.example/'),
    ],
  },
  {
    name: 'a page that is not there yet',
    run: () => [
      file('/srv/served', { content: 'x' }),
      checkHttp('http://127.0.0.1:9/', { within: 0.1 }),
    ],
  },
]

export const commandCases: readonly PlanApplyCase[] = [
  ...commands.map(([what, line, options]) => ({
    name: `a command ${what}`,
    run: () => [command(line, options)],
  })),
  ...more,
]
