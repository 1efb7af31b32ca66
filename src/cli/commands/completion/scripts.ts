/** The shells that completion has a script for. */
export const SHELLS = ["bash", "fish", "powershell", "zsh"] as const;
export type Shell = (typeof SHELLS)[number];

const bash = (program: string): string => `
# Completion of ${program} for bash: asks the program itself what could come next.
_${program}_complete() {
    local line directive candidates=()
    local current="\${COMP_WORDS[COMP_CWORD]}"
    local words=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
    COMPREPLY=()
    while IFS='' read -r line; do
        if [[ "$line" == :* ]]; then
            directive="\${line#:}"
        else
            candidates+=("\${line%%$'\\t'*}")
        fi
    done < <("\${COMP_WORDS[0]}" __completeNoDesc "\${words[@]}" "$current" 2>/dev/null)
    local candidate
    for candidate in "\${candidates[@]}"; do
        [[ "$candidate" == "$current"* ]] && COMPREPLY+=("$candidate")
    done
    if [[ "\${directive:-0}" == 0 && \${#COMPREPLY[@]} -eq 0 ]]; then
        compopt -o default 2>/dev/null
    fi
}
complete -F _${program}_complete ${program}
`;

const zsh = (program: string): string => `#compdef ${program}
compdef _${program} ${program}
# Completion of ${program} for zsh: asks the program itself what could come next.
_${program}() {
    local -a candidates
    local line directive=0
    for line in "\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        if [[ "$line" == :* ]]; then
            directive="\${line#:}"
        elif [[ "$line" == *$'\\t'* ]]; then
            candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
        elif [[ -n "$line" ]]; then
            candidates+=("\${line//:/\\\\:}")
        fi
    done
    if (( \${#candidates} )); then
        _describe '${program}' candidates
    elif [[ "$directive" == 0 ]]; then
        _files
    fi
}
if [ "$funcstack[1]" = "_${program}" ]; then
    _${program}
fi
`;

const fish = (
  program: string,
): string => `# Completion of ${program} for fish: asks the program itself what could come next.
function __${program}_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        string match -q ':*' -- $line; or echo $line
    end
end
complete -c ${program} -e
complete -c ${program} -f -a '(__${program}_complete)'
`;

const powershell = (
  program: string,
): string => `# Completion of ${program} for PowerShell: asks the program itself what could come next.
Register-ArgumentCompleter -Native -CommandName '${program}' -ScriptBlock {
    param($word, $ast, $cursor)
    $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($word -ne '' -and $words.Count -gt 0) { $words = @($words | Select-Object -SkipLast 1) }
    & '${program}' __complete @words "$word" 2>$null | Where-Object { $_ -notlike ':*' } | ForEach-Object {
        $value, $description = $_ -split "\`t", 2
        if (-not $description) { $description = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
    }
}
`;

const WRITERS: Readonly<Record<Shell, (program: string) => string>> = { bash, zsh, fish, powershell };

/** The script that makes a shell complete the program's command lines. */
export const completionScript = (shell: Shell, program: string): string => WRITERS[shell](program);
