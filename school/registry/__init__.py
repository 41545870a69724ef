"""The shared kernel: who and what is known. Schools, persons, classes, guardianship, cards, devices, accounts."""
