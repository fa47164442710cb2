/** An address of a host. */
export interface HostAddress {
  /** The network interface: `eth0`. */
  readonly interface: string
  /** Without its prefix: `10.0.0.5`, `2001:db8::5`. */
  readonly address: string
  /** The protocol that it belongs to. */
  readonly family: 'ipv4' | 'ipv6'
  /** The length of its network's prefix in bits: 24. */
  readonly prefix: number
  /** `link` is an IPv6 address of `fe80::/10`, `host` one of the loopback interface. */
  readonly scope: 'global' | 'link' | 'host'
}

/** What a play with `facts: true` knows about a host. Null: the host does not provide it. */
export interface HostFacts {
  /** The distribution, from os-release(5). */
  readonly os: {
    /** `ID`: `debian`, `ubuntu`, `alpine`; `linux` where there is none. */
    readonly id: string
    /** `ID_LIKE`: what it derives from. */
    readonly like: readonly string[]
    /** `VERSION_ID`: `12`; null for one that has no versions (Debian testing). */
    readonly version: string | null
    /** `VERSION_CODENAME`: `bookworm`. */
    readonly codename: string | null
    /** `PRETTY_NAME`: `Debian GNU/Linux 12 (bookworm)`. */
    readonly name: string
  }
  /** The kernel's release, as `uname -r`. */
  readonly release: string
  /** The machine, as `uname -m`: `x86_64`, `aarch64`. */
  readonly architecture: string
  /** As `uname -n`. */
  readonly hostname: string
  /**
   * The host's name with its domain: its hostname if that has a dot, else by /etc/hosts. No name
   * server is asked.
   */
  readonly fqdn: string | null
  /** The machine's memory. */
  readonly memory: {
    /** Bytes, as the kernel counts them (`MemTotal`). A container sees its machine's. */
    readonly total: number
  }
  /** Processors that programs may use, as nproc(1). */
  readonly cpus: number
  /** All addresses, in the order of ip-address(8); null without `ip`. */
  readonly addresses: readonly HostAddress[] | null
  /**
   * The source address of the host's route to the internet. Null without such a route, or without
   * `ip`.
   */
  readonly defaultAddress: {
    /** Of the route by IPv4: `10.0.0.5`. */
    readonly ipv4: string | null
    /** Of the route by IPv6: `2001:db8::5`. */
    readonly ipv6: string | null
  }
  /**
   * As systemd-detect-virt(1): `kvm`, `systemd-nspawn`, `none` for a real machine; null without
   * that program.
   */
  readonly virtualization: string | null
  /** `systemd`, `openrc`, else the name of process 1. */
  readonly init: string
}
