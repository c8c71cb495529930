#!/usr/bin/env bash
# Every C++ file is formatted as .clang-format says, by clang-format 14 (skipped with another). Usage: format_test.sh [--fix]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for tool in clang-format-14 clang-format; do
  if command -v "$tool" >/dev/null; then break; fi
  tool=
done
if [[ -z $tool ]]; then
  echo 'format: clang-format was not found. Debian: apt-get install clang-format' >&2
  exit 1
fi

version=$("$tool" --version)
if [[ ! $version =~ version\ 14\. ]]; then
  printf 'format: the rules are for clang-format 14; this is %s\n' "$version" >&2
  exit 77
fi

files=()
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  while IFS= read -r -d '' file; do
    if [[ -f $file ]]; then files+=("$file"); fi
  done < <(git ls-files -z --cached --others --exclude-standard -- 'src/*.[ch]pp' 'include/*.[ch]pp' 'tests/*.[ch]pp')
else
  while IFS= read -r -d '' file; do
    files+=("$file")
  done < <(find src include tests -name '*.[ch]pp' -print0)
fi
if [[ ${#files[@]} -eq 0 ]]; then
  echo 'format: no C++ file was found' >&2
  exit 1
fi

if [[ ${1:-} == --fix ]]; then
  "$tool" -i "${files[@]}"
elif ! "$tool" --dry-run --Werror "${files[@]}"; then
  echo 'format: run tests/support/format_test.sh --fix' >&2
  exit 1
fi
printf 'format: %d files\n' "${#files[@]}"
