"""Values for every field someone types, which nothing else contains: where one turns up, personal data would."""

from __future__ import annotations

WORD = "Qzkanari"
"""In every text below; nothing else contains it."""
DIGITS = "699887712"
"""In every phone number below."""
AMOUNT = "98712345.67"
LEI = "969500QZKANAR1000030"


def address(of: str) -> str:
    return f"{of}.{WORD}@example.com"


ORGANISATION = {
    "name": f"{WORD} SA",
    "category": f"{WORD} catégorie",
    "email": address("org"),
    "phone": f"+33{DIGITS}",
    "website": f"https://{WORD}.example.com",
    "address": f"1 rue {WORD}",
    "city": f"{WORD}-ville",
    "postal_code": f"{WORD}",
    "potential_amount": AMOUNT,
    "aum": AMOUNT,
    "strategies": [f"{WORD} stratégie"],
    "registration_number": f"{WORD} 1",
    "tags": [f"{WORD} tag"],
    "notes": f"Note {WORD}",
    "email_consent_source": f"{WORD} salon",
    "metadata": {f"{WORD} clé": f"{WORD} valeur"},
}
PERSON = {
    "first_name": f"{WORD}ette",
    "last_name": f"{WORD}son",
    "email": address("person"),
    "personal_email": address("home"),
    "phone": f"+33{DIGITS}",
    "mobile": f"+33{DIGITS}",
    "title": f"Dr {WORD}",
    "linkedin_url": f"https://linkedin.example.com/{WORD}",
    "notes": f"Note {WORD}",
    "tags": [f"{WORD} tag"],
    "marketing_consent_source": f"{WORD} salon",
    "role": f"{WORD} rôle",
}
LINK = {
    "job_title": f"{WORD} poste",
    "work_email": address("work"),
    "work_phone": f"+33{DIGITS}",
    "notes": f"Note {WORD}",
}
INTERACTION = {
    "type": "note",
    "occurred_at": "2026-01-15T09:30:00Z",
    "subject": f"Sujet {WORD}",
    "content": f"Contenu {WORD}",
    "participants": [f"{WORD} participant"],
    "attachments": [{"name": f"{WORD}.pdf", "url": f"https://files.example.com/{WORD}"}],
    "tags": [f"{WORD} tag"],
}
TASK = {
    "title": f"Tâche {WORD}",
    "description": f"Description {WORD}",
    "category": f"{WORD} catégorie",
    "tags": [f"{WORD} tag"],
}
USER = {
    "first_name": f"{WORD}ine",
    "last_name": f"{WORD}eau",
    "phone": f"+33{DIGITS}",
    "email": address("user"),
    "username": f"{WORD}-user",
    "role": "viewer",
}


def canaries_in(text: str) -> list[str]:
    """The lines that hold a canary, cut to what a reader needs."""
    canaries = (WORD.lower(), DIGITS, AMOUNT, LEI.lower())
    return [line[:500] for line in text.splitlines() if any(canary in line.lower() for canary in canaries)]
