/**
 * The scripts only ask: `spacedrive complete -- <words>` answers one candidate a line, a tab and its meaning behind it,
 * and the line `:files` where names of files fit too. So a new operation is completed without a new script.
 */
export const completionScripts = {
  bash: `# spacedrive completion for bash
_spacedrive() {
  local IFS=$'\\n' word="\${COMP_WORDS[COMP_CWORD]}" line files=
  local typed="\${word//\\\\/}" found=()
  typed="\${typed#[\\"\\']}"
  while IFS= read -r line; do
    if [[ $line == :files ]]; then files=1; else found+=("\${line%%$'\\t'*}"); fi
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$typed" 2>/dev/null)
  COMPREPLY=()
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=("\${found[@]}" $(compgen -f -- "$word"))
  elif [[ $word == [\\"\\']* ]]; then
    COMPREPLY=("\${found[@]}")
  else
    for line in "\${found[@]}"; do COMPREPLY+=("$(printf %q "$line")"); done
  fi
}
complete -F _spacedrive spacedrive sd
`,
  zsh: `#compdef spacedrive sd
# spacedrive completion for zsh
_spacedrive() {
  local line; local -a found
  for line in "\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then _files
    elif [[ -n $line ]]; then found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"); fi
  done
  (( $#found )) && _describe spacedrive found
}
compdef _spacedrive spacedrive sd
`,
  fish: `# spacedrive completion for fish
function __spacedrive_complete
  set -l tokens (commandline -opc) (commandline -ct)
  for line in ($tokens[1] complete -- $tokens[2..-1] 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
for name in spacedrive sd
  complete -c $name -f -a '(__spacedrive_complete)'
end
`,
  pwsh: `# spacedrive completion for PowerShell
Register-ArgumentCompleter -Native -CommandName spacedrive, sd -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursor } | ForEach-Object { $_.Extent.Text })
  if ($word -eq '') { $words += '""' }
  & $ast.CommandElements[0].Extent.Text complete -- @words 2>$null | ForEach-Object {
    if ($_ -eq ':files') {
      [System.Management.Automation.CompletionCompleters]::CompleteFilename($word)
    } else {
      $text, $meaning = $_ -split "\`t", 2
      if (-not $meaning) { $meaning = $text }
      $typed = if ($text -match '[\\s''"$\`;&|()]') { "'" + $text.Replace("'", "''") + "'" } else { $text }
      [System.Management.Automation.CompletionResult]::new($typed, $text, 'ParameterValue', $meaning)
    }
  }
}
`,
} as const

export type Shell = keyof typeof completionScripts
