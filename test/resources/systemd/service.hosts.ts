import { file } from '../../../src/resources/files/file.js'
import { systemdService } from '../../../src/resources/systemd/service.js'
import type { HostCase } from '../../../src/testing/host-case.js'

/** Writes a unit that sleeps, and fails while a file is there. */
const unit = (name: string): string => `
  printf '%s\\n' '[Service]' 'ExecStartPre=/usr/bin/test ! -e /srv/${name}.broken' \\
    'ExecStart=/bin/sleep infinity' 'ExecReload=/bin/touch /srv/${name}.reloaded' \\
    '[Install]' 'WantedBy=multi-user.target' >/etc/systemd/system/${name}.service
  systemctl daemon-reload`

/** The same as a package has it: only such a unit can be masked. */
const packaged = (name: string): string => `${unit(name)}
  mv /etc/systemd/system/${name}.service /lib/systemd/system/
  systemctl daemon-reload`

const setting = file('/srv/naps.conf', { content: 'long\n', mode: '0644' })

export const hostCases: readonly HostCase[] = [
  {
    name: 'a service that runs and is enabled',
    before: unit('dozer'),
    resource: () => systemdService('dozer', { running: true, enabled: true, stableFor: 0 }),
    changes: ['enable: disabled → enabled', 'start: inactive → active'],
    drifts: [
      { by: 'systemctl stop dozer', changes: ['start: inactive → active'] },
      { by: 'systemctl disable dozer', changes: ['enable: disabled → enabled'] },
    ],
    errors: [
      {
        by: 'systemctl stop dozer; touch /srv/dozer.broken',
        says: /dozer\.service did not start/,
        after: 'rm /srv/dozer.broken',
        except: ['dozer.service'],
      },
    ],
  },
  {
    name: 'a service that is restarted for its setting',
    before: unit('napper'),
    needs: () => [setting],
    resource: () => systemdService('napper', { running: true, restartOn: [setting], stableFor: 0 }),
    drifts: [
      {
        by: 'echo short >/srv/naps.conf',
        changes: ['content changed', 'restart'],
        also: ['napper.service', '/var/lib/fettle'],
      },
    ],
  },
  {
    name: 'a service that is stopped and disabled',
    before: `${unit('idler')}
      systemctl enable --now idler`,
    resource: () => systemdService('idler', { running: false, enabled: false }),
    changes: ['disable: enabled → disabled', 'stop: active → inactive'],
    drifts: [
      { by: 'systemctl start idler', changes: ['stop: active → inactive'] },
      { by: 'systemctl enable idler', changes: ['disable: enabled → disabled'] },
    ],
  },
  {
    name: 'a service of an init script that is disabled',
    before: `${packaged('sleepwalker')}
      printf '%s\\n' '#!/bin/sh' '### BEGIN INIT INFO' '# Provides: sleepwalker' \\
        '# Required-Start:' '# Required-Stop:' '# Default-Start: 2 3 4 5' '# Default-Stop: 0 1 6' \\
        '### END INIT INFO' >/etc/init.d/sleepwalker
      chmod 0755 /etc/init.d/sleepwalker
      systemctl enable sleepwalker`,
    resource: () => systemdService('sleepwalker', { enabled: false }),
    changes: ['disable: enabled → disabled'],
  },
  {
    name: 'a service that is masked',
    before: packaged('waker'),
    resource: () => systemdService('waker', { masked: true }),
    changes: ['mask: disabled → masked'],
    drifts: [{ by: 'systemctl unmask waker', changes: ['mask: disabled → masked'] }],
    errors: [
      {
        by: 'systemctl unmask waker; chattr +i /etc/systemd/system',
        says: /root may not write to \/etc\/systemd\/system/,
        after: 'chattr -i /etc/systemd/system',
      },
    ],
  },
  {
    name: 'a service that is not masked',
    before: `${packaged('riser')}
      systemctl mask riser`,
    resource: () => systemdService('riser', { masked: false }),
    changes: ['unmask: masked'],
    drifts: [{ by: 'systemctl mask riser', changes: ['unmask: masked'] }],
  },
]
