"""The e-diary: lessons, homework, marks, attendance."""
