import { systemdUnit } from '../../../src/resources/systemd/unit.js'
import type { HostCase } from '../../../src/testing/host-case.js'

const path = '/etc/systemd/system/sleeper.service'
const content = `[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
`

const made = `create ${path}: 0644 root:root, ${String(content.length)} bytes`

export const hostCases: readonly HostCase[] = [
  {
    name: 'a unit',
    resource: () => systemdUnit('sleeper.service', { content }),
    changes: [made],
    drifts: [
      { by: `echo '# x' >>${path}`, changes: ['content changed'] },
      { by: `chmod 0600 ${path}`, changes: ['mode 0600 → 0644'] },
      { by: `chown nobody ${path}`, changes: ['owner nobody → root'] },
      { by: `chgrp users ${path}`, changes: ['group users → root'] },
      { by: `rm ${path}; systemctl daemon-reload`, changes: [made] },
      {
        by: `systemctl start sleeper; sleep 1.1; touch ${path}`,
        changes: ['daemon-reload: systemd has loaded an older version'],
      },
    ],
    errors: [
      {
        by: `mkdir ${path}.d; printf '[Service]\\nExecStart=\\n' >${path}.d/none.conf
          echo '# x' >>${path}; systemctl daemon-reload`,
        says: /`systemd-analyze verify` refused the new .*, and the present one as well/,
        after: `rm -r ${path}.d; systemctl daemon-reload`,
      },
      {
        by: `rm ${path}; systemctl daemon-reload; chattr +i /etc/systemd/system`,
        says: /Operation not permitted/,
        after: 'chattr -i /etc/systemd/system',
      },
    ],
  },
  {
    name: 'a unit that runs at boot, and is to go',
    before: `printf '%s\\n' '[Service]' 'ExecStart=/bin/sleep infinity' '[Install]' \\
        'WantedBy=multi-user.target resting.target' 'Alias=rest.service' 'Also=sleeper.service' \\
        >/etc/systemd/system/rester.service
      systemctl enable --now rester`,
    resource: () => systemdUnit('rester.service', { state: 'absent' }),
    changes: ['stop, disable, remove /etc/systemd/system/rester.service'],
  },
  {
    name: 'a template that is to go, with an instance that runs at boot and one that runs',
    before: `printf '%s\\n' '[Service]' 'ExecStart=/bin/sleep infinity' '[Install]' \\
        'WantedBy=multi-user.target' >/etc/systemd/system/bed@.service
      systemctl enable --now bed@one
      systemctl start bed@two`,
    resource: () => systemdUnit('bed@.service', { state: 'absent' }),
    changes: [
      'stop bed@one.service, bed@two.service, disable, remove /etc/systemd/system/bed@.service',
    ],
  },
  {
    name: 'a unit that shadows the one of a package, and is to go',
    before: `printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >/etc/systemd/system/cron.service
      systemctl daemon-reload
      systemctl restart cron`,
    resource: () => systemdUnit('cron.service', { state: 'absent' }),
    changes: ['stop, disable, remove /etc/systemd/system/cron.service'],
  },
]
