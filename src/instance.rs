//! An instance: the folder that holds settings, narrative, lake and quarantine.
