import { command, play, systemd, task, z } from 'fettle'

const Vars = z.object({
  greeting: z.string(),
  pause: z.number().default(0),
  cut: z.boolean().default(false),
})

/** A service, and a delay between the change of its unit and its restart. */
const nap = task<z.output<typeof Vars>>('Nap', ({ vars }) => {
  const unit = systemd.unit('nap.service', {
    content: `[Service]\nEnvironment=GREETING=${vars.greeting}\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n`,
  })
  return [
    unit,
    vars.pause > 0 && command(['sleep', String(vars.pause)], { name: 'pause' }),
    vars.cut && command('pkill -9 -f "sshd: root@notty"; sleep 1', { name: 'cut' }),
    systemd.service('nap.service', { running: true, restartOn: [unit], stableFor: 1 }),
  ]
})

export default play({ name: 'Nap', hosts: 'all', become: true, vars: Vars, tasks: [nap] })
