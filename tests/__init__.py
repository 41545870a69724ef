"""The tests. A package, so that test modules can import the machines they share (`from tests.pcsc_harness import …`)."""
