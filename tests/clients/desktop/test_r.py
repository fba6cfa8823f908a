"""R reads the same number from the same address."""

import subprocess

from tests.clients.readers import suffixed
from tests.clients.test_tables import SERIES, STRENGTH


def said(rscript: str, script: str) -> list[str]:
    """The lines that an R script prints; a warning is an error."""
    ran = subprocess.run(
        [rscript, "--vanilla", "-e", f"options(warn = 2)\n{script}"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_rows_add_up_to_the_total_and_unknown_is_na(host: str, rscript: str) -> None:
    script = f"""
      d <- read.csv("{host}{suffixed(STRENGTH, "csv")}", na.strings = "",
                    colClasses = c(unallocated = "logical", evidence_date = "Date"))
      cat(sum(d$present), sum(d$present[!d$unallocated]), "\\n")
      cat(sum(is.na(d$authorised)) == nrow(d), is.na(d$nation[d$unallocated]),
          class(d$evidence_date), "\\n")
      cat(is.na(d$pledged[d$nation %in% "TCD"]), d$nation[d$nation %in% "KEN"], "\\n")
    """
    assert said(rscript, script) == ["438 414 ", "TRUE TRUE Date ", "TRUE KEN "]


def test_json_gives_the_same(host: str, rscript: str) -> None:
    script = f"""
      j <- jsonlite::fromJSON("{host}{STRENGTH}")
      cat(sum(j$data$present), j$total$present, nrow(j$data) == j$page$total, "\\n")
    """
    assert said(rscript, script) == ["438 438 TRUE "]


def test_a_code_is_a_text(host: str, rscript: str) -> None:
    script = f"""
      d <- read.csv("{host}/v1/nations.csv", na.strings = "")
      cat(d$name[d$code == "NAM"], sum(is.na(d$code)), "\\n")
    """
    assert said(rscript, script) == ["Namibia 0 "]


def test_the_numbers_of_the_months(host: str, rscript: str) -> None:
    script = f"""
      d <- read.csv("{host}{suffixed(SERIES, "csv")}", colClasses = c(date = "Date"))
      cat(d$present[d$date == as.Date("2024-06-30")], d$present[d$date == as.Date("2024-07-31")],
          tail(d$present, 1))
    """
    assert said(rscript, script) == ["196 396 382"]
