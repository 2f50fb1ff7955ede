/** The program that a service manager runs. */
export interface ServiceOptions {
  /** The program and its arguments; absolute paths. */
  readonly command: readonly string[]
  /** The daemon's instance; `default` for the one without a name. */
  readonly instance: string
  /** Whether the service belongs to this user; else it belongs to the machine. */
  readonly user: boolean
}

/** The name the service manager knows the service by. */
export function serviceName({ instance }: Pick<ServiceOptions, 'instance'>): string {
  return instance === 'default' ? 'spacedrive' : `spacedrive-${instance}`
}

/**
 * A systemd unit. It forbids the daemon everything that it never needs: new privileges, other address families, kernel
 * interfaces. Files outside the system folders stay writable, because the daemon manages the user's files; memory stays
 * executable, because V8 compiles.
 */
export function systemdUnit(options: ServiceOptions): string {
  return `[Unit]
Description=Spacedrive${options.instance === 'default' ? '' : ` (${options.instance})`}
${options.user ? '' : 'After=network.target local-fs.target\n'}
[Service]
Type=simple
ExecStart=${options.command.map(systemdQuote).join(' ')}
Restart=on-failure
RestartSec=5
TimeoutStopSec=30
UMask=0077
Nice=5
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
${
  options.user
    ? ''
    : `ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
`
}
[Install]
WantedBy=${options.user ? 'default.target' : 'multi-user.target'}
`
}

/** A launchd property list. */
export function launchdPlist(options: ServiceOptions): string {
  const args = options.command.map((arg) => `    <string>${xml(arg)}</string>`).join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${launchdLabel(options)}</string>
  <key>ProgramArguments</key>
  <array>
${args}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
`
}

export function launchdLabel(options: Pick<ServiceOptions, 'instance'>): string {
  return `com.${serviceName(options).replace('-', '.')}`
}

/** A task for the Windows task scheduler, started when the user logs on (or the machine starts) and not stopped on battery. */
export function windowsTask(options: ServiceOptions): string {
  const [program = '', ...args] = options.command
  const trigger = options.user
    ? '<LogonTrigger><Enabled>true</Enabled></LogonTrigger>'
    : '<BootTrigger><Enabled>true</Enabled></BootTrigger>'
  const principal = options.user ? '<LogonType>InteractiveToken</LogonType>' : '<UserId>S-1-5-19</UserId>'
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Spacedrive</Description></RegistrationInfo>
  <Triggers>${trigger}</Triggers>
  <Principals><Principal id="Author">${principal}<RunLevel>LeastPrivilege</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
    <RestartOnFailure><Interval>PT1M</Interval><Count>3</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xml(program)}</Command>
      <Arguments>${xml(args.map(windowsQuote).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`
}

/** `%` begins a specifier and `$` a variable in ExecStart. */
function systemdQuote(arg: string): string {
  const escaped = arg
    .replace(/[\\"]/g, (char) => `\\${char}`)
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped}"`
}

/** As CommandLineToArgvW reads it: backslashes count only before a quote. */
function windowsQuote(arg: string): string {
  if (/^[^\s"]+$/.test(arg)) return arg
  return `"${arg.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
}

function xml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (char) => entities[char] ?? char)
}
