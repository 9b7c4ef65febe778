//! Which file uses which: modules, what a path means, and the arrows between files.

pub(crate) mod arrows;
pub(crate) mod components;
pub(crate) mod modules;
pub(crate) mod resolve;

#[cfg(test)]
pub(crate) mod samples {
    //! Small projects, written as text.

    use crate::project::Project;
    use crate::reading::read_source;

    /// A project with these files: path and text.
    pub(crate) fn make_project(files: &[(&str, &str)]) -> Project {
        let sources = files.iter().map(|(path, text)| read_source(path, (*text).into()).unwrap());
        let mut sources: Vec<_> = sources.collect();
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        Project::new(sources, std::path::PathBuf::new())
    }
}
