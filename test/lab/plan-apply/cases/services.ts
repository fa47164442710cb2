import { absent } from '../../../../src/resources/files/absent.js'
import { command } from '../../../../src/resources/commands/command.js'
import { directory } from '../../../../src/resources/files/directory.js'
import { file } from '../../../../src/resources/files/file.js'
import { symlink } from '../../../../src/resources/files/symlink.js'
import { systemdService, type ServiceOptions } from '../../../../src/resources/systemd/service.js'
import { systemdUnit } from '../../../../src/resources/systemd/unit.js'
import { user } from '../../../../src/resources/accounts/user.js'
import type { PlanApplyCase } from '../case.js'

const units = '/etc/systemd/system'
const wants = `${units}/multi-user.target.wants`
const sleeper = (...lines: readonly string[]): string =>
  [
    '[Service]',
    'ExecStart=/bin/sleep infinity',
    ...lines,
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n')
const failing = '[Service]\nExecStart=/bin/false\n'

const written = (name: string, text: string): string =>
  `printf '%s' '${text}' >${units}/${name}; systemctl daemon-reload`

/** Contents of a unit, right and wrong. */
const contents: readonly (readonly [what: string, content: string])[] = [
  ['that is right', sleeper()],
  ['with a setting that does not exist', sleeper('Restrat=always')],
  ['with a value that is wrong', sleeper('Restart=sometimes')],
  ['without a command', '[Service]\nType=simple\n'],
  ['with a command that is no path', '[Service]\nExecStart=./run\n'],
  ['with a section that does not exist', '[Servcie]\nExecStart=/bin/true\n'],
  ['whose program is missing', '[Service]\nExecStart=/usr/bin/none\n'],
  ['of somebody who is missing', sleeper('User=missing')],
  ['that needs a unit that is missing', `[Unit]\nRequires=none.service\n${sleeper()}`],
  ['with nonsense', 'nonsense\n'],
]

const inTheWay: readonly (readonly [what: string, before: string])[] = [
  ['a mask', `ln -s /dev/null ${units}/NAME`],
  ['a link', `touch /srv/NAME; ln -s /srv/NAME ${units}/NAME`],
  ['a directory', `mkdir ${units}/NAME`],
  ['the same file', written('NAME', sleeper())],
  ['another file', written('NAME', failing)],
  [
    'the same file that is not loaded',
    `${written('NAME', failing)}; systemctl start NAME || :; printf '%s' '${sleeper()}' >${units}/NAME`,
  ],
  [
    'a file of deploy’s',
    `${written('NAME', sleeper())}; chown deploy ${units}/NAME; chmod 0600 ${units}/NAME`,
  ],
]

const states: readonly (readonly [what: string, before: string, options: ServiceOptions])[] = [
  ['that is missing', ':', { running: true }],
  ['that is missing and is not to run', ':', { running: false, enabled: false }],
  ['that is missing and is to be masked', ':', { masked: true }],
  ['that is to run', written('NAME', sleeper()), { running: true, enabled: true }],
  [
    'that runs',
    `${written('NAME', sleeper())}; systemctl enable -q --now NAME`,
    { running: true, enabled: true },
  ],
  [
    'that is to stop',
    `${written('NAME', sleeper())}; systemctl enable -q --now NAME`,
    { running: false, enabled: false },
  ],
  ['that cannot be enabled', written('NAME', failing), { enabled: true }],
  ['that ends at once', written('NAME', failing), { running: true }],
  [
    'that has failed',
    `${written('NAME', sleeper('ExecStartPre=/usr/bin/test -e /srv/NAME'))}; systemctl start NAME || :; touch /srv/NAME`,
    { running: true },
  ],
  [
    'whose program is missing',
    written('NAME', '[Service]\nExecStart=/usr/bin/none\n'),
    { running: true },
  ],
  ['whose user is missing', written('NAME', sleeper('User=missing')), { running: true }],
  ['that is masked', `ln -s /dev/null ${units}/NAME; systemctl daemon-reload`, { running: true }],
  [
    'that is unmasked',
    `${written('NAME', sleeper())}; mv ${units}/NAME /lib/systemd/system/; systemctl -q mask NAME`,
    { masked: false, running: true, enabled: true },
  ],
  ['that is masked and has a file', written('NAME', sleeper()), { masked: true }],
  ['of a bad file', written('NAME', '[Service]\nExecStart=./run\n'), { running: true }],
  [
    'whose links cannot be made',
    `${written('NAME', sleeper())}; mkdir -p ${wants}; chattr +i ${wants}`,
    { enabled: true },
  ],
  [
    'whose links cannot be removed',
    `${written('NAME', sleeper())}; systemctl enable -q NAME; chattr +i ${wants}`,
    { enabled: false },
  ],
  [
    'whose links lie elsewhere than where none can be made',
    `${written('NAME', '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\nWantedBy=\nWantedBy=timers.target\n')}; chattr +i ${wants}`,
    { enabled: true },
  ],
  ['whose mask cannot be made', `chattr +i ${units}`, { masked: true }],
  [
    'whose mask cannot be removed',
    `ln -s /dev/null ${units}/NAME; systemctl daemon-reload; chattr +i ${units}`,
    { masked: false },
  ],
]

const short = { stableFor: 0 } as const

const setting = (name: string, content = 'new\n') => file(`/srv/${name}.conf`, { content })

const restarts: readonly PlanApplyCase[] = [
  {
    name: 'a service whose setting changes',
    before: `${written('follower.service', sleeper())}; systemctl start follower; echo old >/srv/follower.conf`,
    run: () => [
      setting('follower'),
      systemdService('follower', { running: true, restartOn: [setting('follower')], ...short }),
    ],
  },
  {
    name: 'a service whose setting does not change',
    before: `${written('calm.service', sleeper())}; systemctl start calm; echo new >/srv/calm.conf`,
    run: () => [
      setting('calm'),
      systemdService('calm', { running: true, restartOn: [setting('calm')], ...short }),
    ],
  },
  {
    name: 'a service that does not run, whose setting changes',
    before: written('resting.service', sleeper()),
    run: () => [
      setting('resting'),
      systemdService('resting', { restartOn: [setting('resting')], ...short }),
    ],
  },
  {
    name: 'a service whose unit changes',
    before: `${written('renewed.service', sleeper('Nice=1'))}; systemctl start renewed`,
    run: () => {
      const unit = systemdUnit('renewed.service', { content: sleeper('Nice=2') })
      return [unit, systemdService('renewed', { running: true, restartOn: [unit], ...short })]
    },
  },
  {
    name: 'a service whose unit changes so that it cannot start',
    before: `${written('worsened.service', sleeper())}; systemctl start worsened`,
    run: () => {
      const unit = systemdUnit('worsened.service', { content: '[Service]\nExecStart=/bin/false\n' })
      return [unit, systemdService('worsened', { running: true, restartOn: [unit], ...short })]
    },
  },
  {
    name: 'a service that is reloaded',
    before: `${written('reloaded.service', sleeper('ExecReload=/bin/true'))}; systemctl start reloaded; echo old >/srv/reloaded.conf`,
    run: () => [
      setting('reloaded'),
      systemdService('reloaded', { running: true, reloadOn: [setting('reloaded')], ...short }),
    ],
  },
  {
    name: 'a service that cannot be reloaded',
    before: `${written('stubborn.service', sleeper())}; systemctl start stubborn; echo old >/srv/stubborn.conf`,
    run: () => [
      setting('stubborn'),
      systemdService('stubborn', { running: true, reloadOn: [setting('stubborn')], ...short }),
    ],
  },
  {
    name: 'a service that is reloaded by a new unit',
    before: `${written('taught.service', sleeper())}; systemctl start taught; echo old >/srv/taught.conf`,
    run: () => [
      systemdUnit('taught.service', { content: sleeper('ExecReload=/bin/true') }),
      setting('taught'),
      systemdService('taught', { running: true, reloadOn: [setting('taught')], ...short }),
    ],
  },
  {
    name: 'a service with a drop-in',
    before: `${written('dropped.service', sleeper())}; systemctl start dropped`,
    run: () => {
      const dropIn = file(`${units}/dropped.service.d/nice.conf`, {
        content: '[Service]\nNice=3\n',
      })
      return [
        directory(`${units}/dropped.service.d`),
        dropIn,
        systemdService('dropped', { running: true, restartOn: [dropIn], ...short }),
      ]
    },
  },
  {
    name: 'a command that follows a change',
    before: 'echo old >/srv/heard.conf',
    run: () => [
      setting('heard'),
      command('cp /srv/heard.conf /srv/heard.copy', { onChangeOf: [setting('heard')] }),
      setting('unheard'),
      command('false', { onChangeOf: [setting('unheard')], name: 'fails' }),
    ],
  },
  {
    name: 'a command that follows no change',
    before: 'echo new >/srv/still.conf',
    run: () => [
      setting('still'),
      command('false', { onChangeOf: [setting('still')], name: 'stays' }),
    ],
  },
]

const chains: readonly PlanApplyCase[] = [
  {
    name: 'a service from nothing',
    run: () => {
      const settings = file('/srv/shop-service/settings', {
        content: 'a=b\n',
        owner: 'shop-service',
      })
      const unit = systemdUnit('shop-service.service', {
        content: sleeper('User=shop-service', 'EnvironmentFile=/srv/shop-service/settings'),
      })
      return [
        user('shop-service', { home: '/srv/shop-service', system: true, createHome: true }),
        directory('/srv/shop-service/data', { owner: 'shop-service', mode: '0700' }),
        settings,
        unit,
        systemdService('shop-service', {
          running: true,
          enabled: true,
          restartOn: [unit, settings],
          ...short,
        }),
      ]
    },
  },
  {
    name: 'an instance of a template',
    run: () => [
      systemdUnit('worker@.service', { content: sleeper() }),
      systemdService('worker@1', { running: true, enabled: true, ...short }),
      systemdService('worker@2.service', { running: true, ...short }),
    ],
  },
  {
    name: 'an instance whose template goes',
    before: `${written('former@.service', sleeper())}; systemctl enable -q --now former@1`,
    run: () => [
      systemdUnit('former@.service', { state: 'absent' }),
      systemdService('former@1', { running: false, enabled: false }),
    ],
  },
  {
    name: 'a timer',
    run: () => [
      systemdUnit('nightly.service', { content: '[Service]\nType=oneshot\nExecStart=/bin/true\n' }),
      systemdUnit('nightly.timer', {
        content: '[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n',
      }),
      systemdService('nightly.timer', { running: true, enabled: true, ...short }),
    ],
  },
  {
    name: 'a timer with a time that is wrong',
    run: () => [
      systemdUnit('badly.service', { content: '[Service]\nType=oneshot\nExecStart=/bin/true\n' }),
      systemdUnit('badly.timer', { content: '[Timer]\nOnCalendar=sometimes\n' }),
    ],
  },
  {
    name: 'a socket',
    run: () => [
      systemdUnit('echo.socket', {
        content:
          '[Socket]\nListenStream=/run/echo.sock\nAccept=yes\n[Install]\nWantedBy=sockets.target\n',
      }),
      systemdUnit('echo@.service', {
        content: '[Service]\nExecStart=/bin/cat\nStandardInput=socket\n',
      }),
      systemdService('echo.socket', { running: true, enabled: true, ...short }),
    ],
  },
  {
    name: 'a service whose user comes after it',
    run: () => [
      systemdUnit('hasty.service', { content: sleeper('User=hasty') }),
      systemdService('hasty', { running: true, ...short }),
      user('hasty'),
    ],
  },
  {
    name: 'a unit that goes, with its service',
    before: `${written('passing.service', sleeper())}; systemctl enable -q --now passing`,
    run: () => [
      systemdUnit('passing.service', { state: 'absent' }),
      systemdService('passing', { running: false, enabled: false }),
      systemdUnit('never.service', { state: 'absent' }),
    ],
  },
  {
    name: 'a service that stops before its unit goes',
    before: `${written('orderly.service', sleeper())}; systemctl enable -q --now orderly`,
    run: () => [
      systemdService('orderly', { running: false, enabled: false }),
      systemdUnit('orderly.service', { state: 'absent' }),
    ],
  },
  {
    name: 'a service that is disabled before its unit goes',
    before: `${written('leisurely.service', sleeper())}; systemctl enable -q --now leisurely`,
    run: () => [
      systemdService('leisurely', { enabled: false }),
      systemdUnit('leisurely.service', { state: 'absent' }),
    ],
  },
  {
    name: 'a masked service that gets a unit',
    before: `ln -s /dev/null ${units}/freed.service; systemctl daemon-reload`,
    run: () => [
      systemdService('freed', { masked: false }),
      systemdUnit('freed.service', { content: sleeper() }),
      systemdService('freed.service', { masked: false }),
    ],
  },
  {
    name: 'a unit by a link',
    before: `printf '%s' '${sleeper()}' >/srv/linked.service`,
    run: () => [
      symlink(`${units}/linked.service`, { target: '/srv/linked.service' }),
      systemdService('linked', { running: true, ...short }),
    ],
  },
  {
    name: 'a unit by a link that is to be enabled',
    before: `printf '%s' '${sleeper()}' >/srv/bound.service`,
    run: () => [
      symlink(`${units}/bound.service`, { target: '/srv/bound.service' }),
      systemdService('bound', { running: true, enabled: true, ...short }),
    ],
  },
  {
    name: 'an instance of a template by a file',
    run: () => [
      file(`${units}/copied@.service`, { content: sleeper() }),
      systemdService('copied@1', { running: true, enabled: true, ...short }),
    ],
  },
  {
    name: 'a unit by a file',
    run: () => [
      file(`${units}/filed.service`, { content: sleeper() }),
      systemdService('filed', { running: true, enabled: true, ...short }),
    ],
  },
  {
    name: 'a unit whose file goes',
    before: `${written('unfiled.service', sleeper())}; systemctl start unfiled`,
    run: () => [
      absent(`${units}/unfiled.service`),
      systemdService('unfiled', { running: true, ignoreFailure: true, ...short }),
      systemdUnit('unfiled.service', { state: 'absent' }),
    ],
  },
  {
    name: 'a service whose file of settings is missing',
    run: () => [
      systemdUnit('unset.service', { content: sleeper('EnvironmentFile=/srv/unset.conf') }),
      systemdService('unset', { running: true, ...short }),
    ],
  },
]

export const serviceCases: readonly PlanApplyCase[] = [
  ...contents.map(([what, content], index) => ({
    name: `a new unit ${what}`,
    run: () => [systemdUnit(`content${String(index)}.service`, { content })],
  })),
  ...contents.slice(0, 4).map(([what, content], index) => ({
    name: `a unit that becomes one ${what}`,
    before: written(`becomes${String(index)}.service`, failing),
    run: () => [systemdUnit(`becomes${String(index)}.service`, { content })],
  })),
  ...inTheWay.map(([what, before], index) => ({
    name: `a unit in the place of ${what}`,
    before: before.replaceAll('NAME', `way${String(index)}.service`),
    run: () => [systemdUnit(`way${String(index)}.service`, { content: sleeper() })],
  })),
  ...states.map(([what, before, options], index) => ({
    name: `a service ${what}`,
    before: before.replaceAll('NAME', `state${String(index)}.service`),
    run: () => [systemdService(`state${String(index)}`, { ...short, ...options })],
    after: `chattr -i ${units} ${wants} 2>/dev/null || :`,
  })),
  ...restarts,
  ...chains,
]
