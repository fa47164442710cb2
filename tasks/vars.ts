import { z } from 'fettle'
import { NginxVars, originOf } from './nginx-vars.js'

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,23}$/, 'must be lower case letters, digits and hyphens, at most 24')
const oneLine = z.string().regex(/^[^\r\n\0]+$/, 'must be one line')

/** GitHub's own host keys, as https://api.github.com/meta lists them. */
const githubHostKeys = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=',
]

/** The rules of git-check-ref-format(1). */
const isBranch = (branch: string): boolean =>
  !/^[-/]|[\0-\x20~^:?*[\\\x7f]|\.\.|@\{|\/\/|\/$|\.$|(?:^|\/)\.|\.lock(?:\/|$)|^@?$/.test(branch)
const status = z.number().int().min(200).max(499)

const given = z.object({
  /** The app's name: its service, its database, and the folder under /srv. */
  app: name,
  /** The repository on GitHub: `owner/name`. */
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name'),
  /** Every push to it redeploys. Any name that git has for a branch: `feature/x#1`. */
  branch: z.string().max(200).refine(isBranch, 'must be the name of a branch').default('main'),
  /** Where the code is fetched from; git@github.com when left out. */
  git_url: oneLine.optional(),
  /** The name that git's host is known by, `[name]:port` for a port other than 22, and its keys. */
  git_host: oneLine.default('github.com'),
  git_host_keys: z.array(oneLine).min(1).default(githubHostKeys),
  /**
   * Have Fettle add the deploy key and the webhook on GitHub, with GITHUB_TOKEN. `false`: nothing
   * is asked of GitHub, and you add them by hand.
   */
  github: z.boolean().default(true),

  /** The account that gunicorn runs as. An existing one, such as your own, is used as it is. */
  app_user: name.optional(),
  app_group: name.optional(),
  /** What gunicorn serves: `module:object`, or a factory, `module:create_app()`. */
  wsgi: z
    .string()
    .regex(/^[\w.]+:[\w.]+(\([^\r\n\0]*\))?$/, 'must be module:object or module:factory()')
    .default('app:app'),
  /**
   * Where gunicorn listens: an address of this host and a port, or a socket in the app's own
   * folder, `unix:/run/demo/gunicorn.sock`.
   */
  bind: z
    .string()
    .regex(
      /^((localhost|[\d.]+):\d+|unix:\/run\/[a-z0-9-]+\/[\w.-]+)$/,
      'must be address:port or unix:/run/APP/FILE',
    )
    .default('localhost:5000'),
  /**
   * The page that shows whether the app is up: asked for on the host after each start and each
   * push.
   */
  page: z
    .string()
    .regex(/^\/[\w.~/?=&+,;:@%-]*$/, 'must be a path, such as /health')
    .default('/'),
  /**
   * What it then answers: a status, or several. By default anything but an error: a page, a
   * redirect (to a login, to https), or that a login is wanted. A push after which it answers
   * anything else is taken back.
   */
  page_status: z
    .union([status.transform((one) => [one]), z.array(status).min(1)])
    .default([200, 204, 301, 302, 303, 307, 308, 401, 403]),
  workers: z.number().int().positive().default(3),

  /**
   * `generate` makes the database's password on the host; `env` takes DATABASE_PASSWORD from .env.
   */
  database_password: z.enum(['generate', 'env']).default('generate'),

  /**
   * Python packages come from PyPI into a virtual environment. These three are for hosts that
   * cannot reach it.
   */
  debian_packages: z.array(name).default([]),
  system_site_packages: z.boolean().default(false),
  find_links: oneLine.nullable().default(null),

  /**
   * nginx in front of the app and the hook, with TLS from given files: `nginx-vars.ts` tells what
   * it takes. Left out: nothing of nginx is managed.
   */
  nginx: NginxVars.optional(),

  /**
   * The public address of the hook, as GitHub calls it: `https://demo.example.org/hooks/demo`. With
   * `nginx` it follows from that.
   */
  hook_url: z.url().optional(),
  /** Addresses that the hook had before: GitHub is told to forget them. */
  former_hook_urls: z.array(z.url()).default([]),
  /**
   * Where the hook's own server listens. Loopback needs a proxy in front of it, such as `nginx`.
   */
  hook_address: z.ipv4().default('127.0.0.1'),
  hook_port: z.number().int().min(1).max(65535).default(9000),
  /**
   * Load the deploy key into an ssh-agent that lives for one deployment, instead of naming it to
   * ssh.
   */
  ssh_agent: z.boolean().default(false),
})

type Given = z.output<typeof given>

/** Whether only this host can reach it. */
const isLoopback = (address: string): boolean =>
  /^(localhost$|127\.|unix:)/.test(address.replace(/:\d+$/, ''))

/**
 * What is wrong with variables that do not go together, by their names. systemd makes and removes
 * the folder of a socket, so it must be the app's alone.
 */
function conflicts({
  app,
  nginx,
  hook_url,
  hook_address,
  bind,
}: Given): Readonly<Record<string, string | false>> {
  if (bind.startsWith('unix:') && !bind.startsWith(`unix:/run/${app}/`))
    return { bind: `must be a socket in the app's own folder: unix:/run/${app}/gunicorn.sock` }
  if (nginx === undefined)
    return {
      hook_url:
        hook_url === undefined && 'must be the public address of the hook, as GitHub calls it',
    }
  return {
    hook_url:
      hook_url !== undefined &&
      'must be left out where nginx is given: it follows from server_name',
    hook_address:
      !isLoopback(hook_address) &&
      'must be left out where nginx is given, or an address of loopback: GitHub comes through nginx',
    bind:
      !isLoopback(bind) &&
      'must be an address of loopback where nginx is given: visitors come through nginx',
  }
}

/**
 * What tasks see. A schema behind `transform` says which names there are, so that a misspelt one is
 * an error.
 */
const settled = given.extend({ hook_url: z.string() })

/**
 * What the inventory may say about an app. Only `app`, `repository` and one of `hook_url` and
 * `nginx` have no default.
 */
export const AppVars = given
  .transform((vars, context): z.input<typeof settled> => {
    for (const [variable, message] of Object.entries(conflicts(vars)))
      if (message !== false) context.addIssue({ code: 'custom', path: [variable], message })
    return {
      ...vars,
      hook_url:
        vars.nginx === undefined
          ? (vars.hook_url ?? '')
          : `${originOf(vars.nginx)}/hooks/${vars.app}`,
    }
  })
  .pipe(settled)

export type AppVars = z.output<typeof AppVars>
