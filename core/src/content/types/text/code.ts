import { firstMatch } from './rule.ts'
import type { TextRule } from './rule.ts'

/**
 * Guesses the language of a text without a helpful name, from words that are rare in other languages. The first match
 * counts: if two languages share a word, the more specific rule comes first.
 */
export function codeType(text: string): string | null {
  return firstMatch(codeRules, text)
}

const codeRules: readonly TextRule[] = [
  { id: 'latex', test: /^\\(documentclass|documentstyle|NeedsTeXFormat|begin\{document\}|usepackage)\b/m },
  { id: 'bibtex', test: /^@(article|book|inproceedings|misc|phdthesis|techreport|online|string)\s?\{/im },
  {
    id: 'dockerfile',
    test: /^FROM [\w./:@${}-]+( AS \w+)?[ \t]*$/im,
    and: /^(RUN|CMD|COPY|ENTRYPOINT|WORKDIR|ENV|ADD|EXPOSE) /m,
  },
  { id: 'makefile', test: /^\.PHONY\s?:/m },
  { id: 'makefile', test: /^[\w./%$()-]+ ?:(?![:=])[^\n=]*\n\t\S/m, and: /\$[({@<^]|^\t(@|-|\w+ -)/m },
  { id: 'cmake', test: /^[ \t]*(cmake_minimum_required|add_executable|add_library) ?\(/im },
  { id: 'meson', test: /^project\(\s?'[\w-]+'\s?,/m },
  { id: 'batch', test: /^@echo (off|on)\b/im },
  { id: 'batch', test: /^rem [^\n]*\n/i, and: /^(set|call|echo|if|goto) /im },
  {
    id: 'powershell',
    test: /^[ \t]*(\[CmdletBinding|function [A-Z]\w+-\w+|Write-(Host|Output) |\$\w+ = (Get|New|Import)-\w+|Import-Module )/m,
  },
  { id: 'protobuf', test: /^syntax ?= ?"proto[23]" ?;/m },
  { id: 'thrift', test: /^namespace (\w+|\*) [\w.]+[ \t]*$/m, and: /^(struct|service|enum) \w+/m },
  {
    id: 'graphql',
    test: /^(extend )?(type|input|interface|enum|schema)( \w+)?[^\n(;={]*\{\n[ \t]+\w+(\([^)\n]*\))? ?: ?\[?\w+[!\]]*[ \t]*$/m,
  },
  { id: 'hcl', test: /^(resource|data|provider|variable|module|output) "[\w-]+"( "[\w-]+")? \{|^terraform \{/m },
  { id: 'solidity', test: /^pragma solidity /m },
  { id: 'glsl', test: /^#version \d{3}/m },
  { id: 'glsl', test: /\bvoid main ?\(/, and: /\bgl_(Position|FragColor)\b/ },
  { id: 'wgsl', test: /^@(vertex|fragment|compute)\b/m },
  { id: 'metal', test: /^#include <metal_stdlib>/m },
  { id: 'cuda', test: /^[ \t]*__(global|device)__ /m },
  { id: 'vhdl', test: /^(library ieee ?;|entity \w+ is\b)/im },
  { id: 'verilog', test: /^module \w+/m, and: /^endmodule\b/m },
  { id: 'llvm-ir', test: /^(; ModuleID = |target triple = |define [\w ]*@[\w.]+\()/m },
  {
    id: 'assembly',
    test: /^[ \t]*(section|global|\.globl|\.text|\.section|bits (16|32|64))\b/im,
    and: /^[ \t]+(mov|push|pop|call|ret|int|jmp|xor|lea|ldr|bl)\w?( |$)/im,
  },
  { id: 'elixir', test: /^[ \t]*defmodule [\w.]+ do\b/m },
  { id: 'erlang', test: /^-module\(\w+\)\./m },
  { id: 'clojure', test: /^\((ns|defn|def|require) [\w.'[-]/m },
  { id: 'scheme', test: /^(#lang \w|\(define(-\w+)? )/m },
  { id: 'lisp', test: /^\((defun|defpackage|in-package|defvar|defparameter|setq|defmacro|eval-when) /m },
  {
    id: 'haskell',
    test: /^(module [A-Z][\w.]*( \([^)\n]*\))? where|import qualified [A-Z]|main :: IO|\w+ :: [\w [\]()]+ -> )/m,
  },
  { id: 'elm', test: /^(port )?module [A-Z][\w.]* exposing \(/m },
  { id: 'coffeescript', test: /^\w+ = (\([^)\n]*\) )?->/m },
  { id: 'fsharp', test: /^(\[<EntryPoint>\]|open System(\.\w+)*[ \t]*$)/m },
  { id: 'ocaml', test: /^let (rec )?\w+ [^=\n]*=/m, and: /;;|\bin\n|Printf\.printf|print_endline/ },
  { id: 'pascal', test: /^[ \t]*(program|unit) \w+(\([^)\n]*\))?\s?;/im, and: /\bbegin\b/i },
  { id: 'ada', test: /^[ \t]*(with Ada[\w.]*;|procedure \w+ is|package (body )?[\w.]+ is)\b/im },
  { id: 'cobol', test: /^[\d ]{0,11}IDENTIFICATION DIVISION\./im },
  {
    id: 'fortran',
    test: /^[ \t]*(program|module|subroutine) \w+[ \t]*$/im,
    and: /^[ \t]*end( program| module| subroutine)?\b/im,
  },
  { id: 'eiffel', test: /^(deferred )?class\s[ \t]*[A-Z_]+[ \t]*$/m, and: /^(create|feature)\b/m },
  { id: 'objective-c', test: /^(#import [<"]|@(interface|implementation|protocol) \w+)/m },
  {
    id: 'rust',
    test: /^[ \t]*(pub )?fn \w+(<[^>\n]*>)?\([^)\n]*\)( -> [^{\n]+)? ?\{|^use (std|crate|super)::|^#!\[\w/m,
  },
  {
    id: 'cpp',
    test: /^[ \t]*(#include <(iostream|vector|string|memory|map|algorithm|cstdio|cstdlib)>|using namespace \w+;|template ?<(typename|class) )|\bstd::\w/m,
  },
  { id: 'c', test: /^[ \t]*#[ \t]*include [<"][\w./-]+\.h[>"]|^(int|void) main ?\(|^#ifndef \w+_H_?[ \t]*$/m },
  { id: 'csharp', test: /^[ \t]*using (System|Microsoft|UnityEngine)[\w.]*;|\bstatic void Main ?\(/m },
  { id: 'csharp', test: /^namespace [\w.]+\s?[;{]/m, and: /\bclass \w/ },
  {
    id: 'java',
    test: /^[ \t]*(import (static )?(java|javax|org|com)\.[\w.*]+;|public (final |abstract )?(class|interface|enum|record) \w)|\bpublic static void main\b/m,
  },
  { id: 'java', test: /^package [a-z][\w.]*;/m, and: /\b(class|interface|enum|record) / },
  {
    id: 'kotlin',
    test: /^[ \t]*(suspend |private |override )?fun [\w.<>]+ ?\([^)\n]*\)( ?: ?[\w<>?]+)? ?[{=]|^data class \w+\(/m,
  },
  { id: 'groovy', test: /^(pipeline|plugins|dependencies|buildscript) \{|^apply plugin: '/m },
  { id: 'groovy', test: /^def \w+ = /m, and: /\bprintln / },
  {
    id: 'scala',
    test: /^[ \t]*(case class|object) \w+( extends [\w.]+)? ?[{(]|^import scala\.|\bdef \w+(\([^)\n]*\))? ?: ?\w+(\[\w+\])? =/m,
  },
  { id: 'swift', test: /^import (Foundation|UIKit|SwiftUI|AppKit|Combine)[ \t]*$/m },
  { id: 'swift', test: /^[ \t]*func \w+\([^)\n]*\)( throws)?( -> [\w?[\]]+)? \{/m, and: /\b(let|var|guard) \w/ },
  { id: 'zig', test: /@import\("std"\)/ },
  { id: 'go', test: /^package \w+[ \t]*$/m, and: /^(import|func|type|var|const)\b/m },
  { id: 'dart', test: /^import '(package|dart):[\w/.]+';/m },
  {
    id: 'julia',
    test: /^(using|import) [A-Z]\w+(\.\w+)*(: [\w, ]+)?[ \t]*$|^function \w+\([^)\n]*\)[ \t]*$/m,
    and: /^end[ \t]*$/m,
  },
  { id: 'matlab-code', test: /^function (\[?[\w, ]+\]? = )?\w+(\([^)\n]*\))?[ \t]*$/m, and: /^[ \t]*%|;[ \t]*$/m },
  { id: 'r', test: /^[ \t]*(library|require)\(\w+\)[ \t]*$|^[ \t]*[\w.]+ <- (function ?\(|c\(|data\.frame\(|read\.)/m },
  { id: 'lua', test: /^[ \t]*local (function \w|\w+ ?= ?(require|\{|function|nil)\b)/m },
  { id: 'lua', test: /^function [\w.:]+\([^)\n]*\)[ \t]*$/m, and: /^end\b/m },
  { id: 'nim', test: /^proc \w+\*?\([^)\n]*\)(: \w+)? =/m },
  {
    id: 'python',
    test: /^[ \t]*(from [\w.]+ import [\w*(]|def \w+\([^)\n]*\)( -> [^:\n]+)?:|class \w+(\([^)\n]*\))?:[ \t]*$|if __name__ == ['"]__main__['"]:)|^import [\w.]+( as \w+)?[ \t]*$/m,
  },
  { id: 'ruby', test: /^[ \t]*(require(_relative)? ['"][\w./-]+['"][ \t]*$|gem '|source 'https:\/\/rubygems)/m },
  {
    id: 'ruby',
    test: /^[ \t]*(module|class) [A-Z]\w*( < [\w:]+)?[ \t]*$|^[ \t]*def \w+[?!]?(\([^)\n]*\))?[ \t]*$/m,
    and: /^[ \t]*end[ \t]*$/m,
  },
  {
    id: 'perl',
    test: /^[ \t]*(use (strict|warnings|v?5[\d.]*|[A-Z]\w+::\w+)\b[^;\n]*;|package [A-Z]\w*(::\w+)*;|sub \w+ ?\{|my \(?[$@%])/m,
  },
  {
    id: 'vim',
    test: /^[ \t]*(set (nocompatible|number|expandtab|tabstop=)|(nnoremap|inoremap|vnoremap|autocmd|syntax on|function! )\b)/m,
  },
  { id: 'tcl', test: /^[ \t]*(proc \w+ \{[^}\n]*\} \{|package require \w|namespace eval )/m },
  {
    id: 'typescript',
    test: /^[ \t]*(export )?(interface \w+(<[^>\n]*>)? (extends [\w<>, ]+ )?\{|type \w+(<[^>\n]*>)? = |enum \w+ \{|declare (module|const|function|global))|^import type /m,
  },
  {
    id: 'typescript',
    test: /\b(const|let) \w+: ?(string|number|boolean|void|unknown)\b|\): ?(string|number|boolean|void|Promise<)/,
  },
  {
    id: 'javascript',
    test: /^[ \t]*(import [^'"\n]*['"][^'"\n]+['"]|export (default|const|function|class|async) |const [\w{}, $]+ = (require\(|async|\(|await|function|new |\{|\[|['"`\d])|(async )?function\*? ?\w*\([^)\n]*\) ?\{|module\.exports\b|(var|let) \w+ = |['"]use strict['"]|\(function ?\()/m,
  },
  { id: 'javascript', test: /\bconsole\.log\(|\bdocument\.(getElementById|querySelector|addEventListener)\(/ },
  {
    id: 'sql',
    test: /^[ \t]*(create (temporary |unique |or replace )?(table|database|view|index|function)|insert into|update \w+ set|delete from|drop table|alter table|begin transaction|pragma \w+|set (sql_mode|statement_timeout))\b/im,
  },
  { id: 'sql', test: /^select [^\n;]*/im, and: /\bfrom \w/i },
  { id: 'scss', test: /^(@(use|mixin|include|forward) |\$[\w-]+ ?: ?[^;\n]+;)/m },
  {
    id: 'css',
    test: /^(@(charset|import|media|font-face|keyframes|layer|supports)\b|:root\b|[.#:*]?[a-z][\w .#:>,~[\]="()-]*\{|\*[^\n{]*\{)/im,
    and: /[a-z-]+ ?: ?[^;{}\n]+[;}]/i,
  },
  { id: 'awk', test: /^(BEGIN|END) ?\{/m },
  { id: 'nix', test: /^\{[ \t]?(pkgs|lib|config|stdenv)\b[^}\n]*\} ?:|\bstdenv\.mkDerivation\b/m },
  { id: 'applescript', test: /^[ \t]*tell application "/m },
  { id: 'prolog', test: /^:- (module|use_module|dynamic|initialization)\(/m },
  { id: 'brainfuck', test: /^[+\-<>[\].,\s]{12,}$/, and: /[-+<>]{3}/ },
]
