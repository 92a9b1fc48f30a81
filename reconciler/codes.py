"""Every problem code with its title, cause and cure: what `explain CODE` prints and the reference page lists.

Stands right above the errors; texts only. Codes are stable: E1xx reading, E2xx schema, E3xx references,
E4xx vendor rules, E5xx policy, E6xx planning. A code is never reused for another meaning.
"""

import dataclasses
from collections.abc import Mapping
from typing import Protocol


@dataclasses.dataclass(frozen=True, slots=True)
class Code:
    """What one code means: a title for lists, why it happens, what to do."""

    title: str
    cause: str
    cure: str


CODES: dict[str, Code] = {
    "E000": Code(
        "general error",
        "Something failed that has no code of its own; the message says what.",
        "Follow the message.",
    ),
    "E101": Code(
        "no manifests",
        "A path under `specs` does not exist, or no .yaml or .yml file was found under it.",
        "Create the directory with at least one manifest, or correct `specs` in reconciler.yaml.",
    ),
    "E102": Code(
        "path leaves the project",
        "A path is absolute, contains `..`, or is not text a file system can hold.",
        "Use a path below the directory of reconciler.yaml, with forward slashes.",
    ),
    "E103": Code(
        "symbolic link",
        "A manifest or a directory of manifests is a symbolic link; a link can point outside the repository.",
        "Replace the link by the file itself.",
    ),
    "E104": Code(
        "not a regular file",
        "A manifest path names a device, a pipe, a socket or a directory.",
        "Remove it from the manifest directory.",
    ),
    "E105": Code(
        "file cannot be read",
        "The operating system refused to open or read the file.",
        "Check that it exists and the permissions of the file and its directories.",
    ),
    "E106": Code("file too large", "A file holds more bytes than the limit.", "Split it into several files."),
    "E107": Code(
        "too many files",
        "More files, more bytes in all, or deeper directories than the limit.",
        "Narrow `specs` in reconciler.yaml, or split the project.",
    ),
    "E108": Code(
        "not UTF-8",
        "The file is UTF-16, UTF-32, or has bytes that are not UTF-8.",
        "Save the file as UTF-8 without a byte order mark.",
    ),
    "E109": Code(
        "byte order mark",
        "The file begins with the invisible character U+FEFF, which some editors add.",
        "Save the file as UTF-8 without a byte order mark.",
    ),
    "E110": Code(
        "control character",
        "A control character stands in the text or is written as an escape in double quotes.",
        "Remove it.",
    ),
    "E111": Code(
        "invisible or bidirectional character",
        "The text holds a character that is not seen or that changes the reading order, so a reviewer would "
        "read something else than what is applied.",
        "Remove it; copy the text without formatting.",
    ),
    "E112": Code(
        "tab",
        "A tab stands in the text; its width is not defined, so indentation would be guessed.",
        'Indent with spaces; inside a value write "\\t" in double quotes.',
    ),
    "E113": Code(
        "unresolved merge",
        "The file still holds the markers of a git merge conflict.",
        "Resolve the conflict and remove the marker lines.",
    ),
    "E114": Code(
        "Git LFS pointer",
        "The file is a Git LFS pointer; its content was not fetched.",
        "Run `git lfs pull`, or keep manifests out of LFS.",
    ),
    "E115": Code(
        "directive",
        "A YAML directive other than %YAML 1.2 was used.",
        "Remove the line that begins with %.",
    ),
    "E116": Code(
        "anchor or alias",
        "An anchor (&name) or an alias (*name) was used; a value must stand where it is used.",
        "Write the value out. To mean text that begins with & or *, put it in quotes.",
    ),
    "E117": Code("merge key", "A merge key (<<) was used.", "Write the fields out where they are used."),
    "E118": Code(
        "tag",
        "An explicit tag (!name or !!type) was used; values are typed by the field they stand in.",
        "Remove the tag. To mean text that begins with !, put it in quotes.",
    ),
    "E119": Code(
        "duplicate key",
        "The same key stands twice in one mapping; one of the values would be lost.",
        "Keep one of them.",
    ),
    "E120": Code(
        "key is not text",
        "A key is empty, or is a list or a mapping.",
        "Use a field name as key.",
    ),
    "E121": Code("too deep", "Lists and mappings are nested deeper than the limit.", "Flatten the document."),
    "E122": Code(
        "too many values",
        "A document or a file holds more values than the limit.",
        "Split the file into several.",
    ),
    "E123": Code("too many documents", "A file holds more documents than the limit.", "Split the file into several."),
    "E124": Code("value too long", "One value is longer than the limit.", "Shorten it."),
    "E125": Code(
        "YAML syntax",
        "The text is not YAML; often a missing space after a colon, wrong indentation or an open quote or bracket.",
        "Correct the text at the place named; the cause may stand a line earlier.",
    ),
    "E126": Code(
        "bare carriage return",
        "A carriage return stands without a line feed; programs differ in whether that ends a line.",
        "Save the file with LF or CRLF line ends.",
    ),
    "E127": Code(
        "more problems",
        "The file has more problems than are listed.",
        "Correct the ones listed and run again.",
    ),
    "E201": Code(
        "not a manifest",
        "The document is a list or a single value.",
        "Begin the document with apiVersion, kind, metadata and spec.",
    ),
    "E202": Code(
        "apiVersion", "apiVersion is missing or is not one this version reads.", "Write `apiVersion: reconciler/v1`."
    ),
    "E203": Code("unknown kind", "kind is missing or names no kind.", "Use one of the kinds the message lists."),
    "E204": Code(
        "unknown field",
        "A field is not known at this place: misspelt, wrongly indented, or of another kind or vendor.",
        "Use the suggested name, move it, or remove it.",
    ),
    "E205": Code("missing field", "A required field is absent.", "Add the field."),
    "E206": Code(
        "wrong shape",
        "A single value, a list and a mapping are different things; the field wants another one.",
        "Write what the message says the field wants.",
    ),
    "E207": Code(
        "not a number",
        "The field wants a plain decimal integer, without quotes, signs like 1_000, leading zeros or 0x.",
        "Write the digits only, such as 25.",
    ),
    "E208": Code(
        "not a boolean", "The field wants true or false, unquoted and in lower case.", "Write `true` or `false`."
    ),
    "E209": Code(
        "no value",
        "The field is empty or null, but cannot be cleared.",
        'Give it a value, or remove the line. To mean the text itself, quote it: "null".',
    ),
    "E210": Code(
        "not one of the choices", "The field knows a fixed set of values.", "Use one of the values the message lists."
    ),
    "E211": Code("wrong form", "The text has not the form the field wants.", "Write it as the message says."),
    "E212": Code(
        "wrong length", "A text or list is shorter or longer than the field allows.", "Bring it to the allowed length."
    ),
    "E213": Code(
        "out of range", "A number is smaller or larger than the field allows.", "Use a number within the range."
    ),
    "E214": Code(
        "secret in a manifest",
        "A secret is never written in a manifest; the field wants to know where to find it.",
        "Write {env: NAME} or {file: path}; replace the secret if it was committed.",
    ),
    "E215": Code(
        "unknown vendor",
        "The vendor is misspelt, not installed, not configured, or has nothing of this kind.",
        "Use one of the vendors the message lists, install its plug-in, or add it to `vendors` in reconciler.yaml.",
    ),
    "E216": Code("rule of the field", "The value breaks a rule the message states.", "Correct it as the message says."),
    "E301": Code(
        "duplicate name",
        "Two manifests of one kind have the same metadata.name; the name is the identity.",
        "Rename one of them.",
    ),
    "E302": Code("unknown parent", "spec.parent names no Account.", "Correct the name, or add the Account."),
    "E303": Code(
        "parent is no reseller",
        "spec.parent names an Account whose role is not Reseller.",
        "Set `role: Reseller` there, or name another parent.",
    ),
    "E304": Code("parent cycle", "Accounts are each other's parents.", "Remove the parent of one of them."),
    "E305": Code("own parent", "An Account names itself as its parent.", "Remove spec.parent."),
    "E306": Code("unknown account", "The account named does not exist.", "Correct the name, or add the Account."),
    "E307": Code(
        "unknown billTo", "vendors.interworks.billTo names no Account.", "Correct the name, or add the Account."
    ),
    "E308": Code(
        "former name in use",
        "A name under metadata.previously is the present name, or a former name, of a manifest of that kind.",
        "Remove it: a former name belongs to one manifest only.",
    ),
    "E309": Code(
        "same reference",
        "Two Accounts have the same reference (spec.reference, else the name, or a former name), so they "
        "would be one account at the vendor.",
        "Give each its own spec.reference, or remove one of them.",
    ),
    "E310": Code(
        "unknown country", "The code is no ISO 3166-1 alpha-2 country.", "Use the two-letter code, such as GR."
    ),
    "E311": Code("unknown currency", "The code is no ISO 4217 currency.", "Use the three-letter code, such as EUR."),
    "E312": Code("unknown time zone", "The name is no IANA time zone.", "Use a name such as Europe/Athens."),
    "E313": Code(
        "unknown name",
        "A field names another manifest, such as the template of a PBX connection, and there is none such.",
        "Correct the name, or add the manifest.",
    ),
    "E420": Code(
        "option not accepted",
        "A synchronisation option does not fit what the vendor itself says of it: required, read-only, unknown, or "
        "not one of its predefined values.",
        "Follow the message; `reconciler catalogue pull` refreshes what is known of the options.",
    ),
    "E501": Code(
        "limit exceeded",
        "The plan holds more actions of one sort than policy.limits allows for a run.",
        "Check that the plan is meant; then raise the limit, or pass --allow NAME=N for this run.",
    ),
    "E502": Code(
        "budget exceeded",
        "The orders of the plan cost more than policy.budget allows for a run.",
        "Check that the orders are meant; then raise the budget.",
    ),
    "E503": Code(
        "price unknown",
        "A step costs money, its price is not known, and policy.unpriced is `refuse`.",
        "Set maxPrice on the order; or add a waiver of rule `unpriced` for the address, or policy.unpriced: count.",
    ),
    "E504": Code(
        "protected",
        "The manifest asks for the end of something that metadata.protect guards, now or earlier.",
        "Set `protect: false` in a change of its own, apply it, then ask again.",
    ),
    "E505": Code(
        "frozen",
        "An executed order was edited, or a change freeze is in force.",
        "Revert the edit or raise spec.revision to order again; or wait for the end of the freeze.",
    ),
    "E601": Code(
        "object not read",
        "The vendor could not be read whole, so nothing is known of the object and nothing is planned for it.",
        "See what the vendor answered; plan again when it can be read.",
    ),
    "E602": Code(
        "in doubt",
        "An earlier request may or may not have been carried out; no clear answer came back.",
        "Run apply: it looks the object up. If that cannot settle it, look at the vendor and run `reconciler resolve`.",
    ),
    "E603": Code(
        "several objects match",
        "More than one object at the vendor has our reference, so none can be taken as ours.",
        "Keep one at the vendor, then run `reconciler resolve ADDRESS --adopt ID`.",
    ),
    "E604": Code(
        "fixed field changed",
        "A field was edited that the vendor cannot change once the object exists.",
        "Revert the edit, or declare a new object.",
    ),
    "E605": Code(
        "not read again",
        "`plan --refresh changed` leaves out what was settled when last read and whose manifest is the same.",
        "Plan with `--refresh all` to read everything.",
    ),
    "E606": Code(
        "not in the approved plan",
        "What is needed now goes beyond the saved plan, so that part was not done.",
        "Plan again and have that plan approved.",
    ),
    "E607": Code(
        "a person is waited for",
        "A step that only a person can do was shown in an earlier run, and nobody has said yet that it is done.",
        "Do what the plan says, with the papers under .reconciler/manual/ if there are any; then run "
        "`reconciler resolve ADDRESS --done`, with --as its number where the plan asks for it.",
    ),
}


class Explained(Protocol):
    """What a plug-in says of one of its own codes; `Code` is one such."""

    @property
    def title(self) -> str:
        """A few words for lists."""
        ...

    @property
    def cause(self) -> str:
        """Why it happens."""
        ...

    @property
    def cure(self) -> str:
        """What to do."""
        ...


def explain(code: str, *others: Mapping[str, Explained]) -> Explained | None:
    """Return what a code means, None when there is no such code; tables in `others` come first."""
    wanted = code.strip().upper()
    return next((table[wanted] for table in (*others, CODES) if wanted in table), None)
