"""Sets one document: ``python -m gateway.reports.printing FOLDER ENDING``, with the document as JSON on its input.

Loads what the file needs and nothing else, so that the memory of the whole process stays small.
"""

import json
import sys
from pathlib import Path


def main(folder: str, ending: str) -> None:
    document = json.load(sys.stdin)
    if ending == "pdf":
        from gateway.reports.printing.as_pdf import pdf_of  # noqa: PLC0415  what is not set is not loaded

        content = pdf_of(document)
    elif ending == "docx":
        from gateway.reports.printing.as_docx import docx_of  # noqa: PLC0415

        content = docx_of(document)
    else:
        raise ValueError(ending)
    (Path(folder) / f"report.{ending}").write_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
