//! Circles in a graph, and the arrows that close them.

use std::collections::BTreeSet;

/// Arrows between numbered places.
pub(crate) type Links = BTreeSet<(usize, usize)>;

/// The groups of two or more places that reach one another, each in order.
pub(crate) fn find_circles(count: usize, links: &Links) -> Vec<Vec<usize>> {
    let mut search = Search {
        next: vec![Vec::new(); count],
        index: vec![None; count],
        low: vec![0; count],
        on_stack: vec![false; count],
        stack: Vec::new(),
        visited: 0,
        found: Vec::new(),
    };
    for (from, to) in links {
        search.next[*from].push(*to);
    }
    for place in 0..count {
        if search.index[place].is_none() {
            search.visit(place);
        }
    }
    search.found.sort();
    search.found
}

/// Tarjan's search for strongly connected components.
struct Search {
    next: Vec<Vec<usize>>,
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    visited: usize,
    found: Vec<Vec<usize>>,
}

impl Search {
    fn visit(&mut self, place: usize) {
        self.index[place] = Some(self.visited);
        self.low[place] = self.visited;
        self.visited += 1;
        self.stack.push(place);
        self.on_stack[place] = true;
        for next in self.next[place].clone() {
            match self.index[next] {
                None => {
                    self.visit(next);
                    self.low[place] = self.low[place].min(self.low[next]);
                }
                Some(index) if self.on_stack[next] => {
                    self.low[place] = self.low[place].min(index);
                }
                Some(_) => {}
            }
        }
        if Some(self.low[place]) == self.index[place] {
            let mut group = Vec::new();
            while let Some(member) = self.stack.pop() {
                self.on_stack[member] = false;
                group.push(member);
                if member == place {
                    break;
                }
            }
            if group.len() > 1 {
                group.sort_unstable();
                self.found.push(group);
            }
        }
    }
}

/// The arrows that run back up, if the places of a circle are put in the order that needs fewest.
///
/// The order is found by taking sources and sinks away first and the place with the most arrows
/// out otherwise (Eades, Lin and Smyth); it is good, not always the best.
pub(crate) fn find_arrows_up(circle: &[usize], links: &Links) -> Links {
    let mut left: BTreeSet<usize> = circle.iter().copied().collect();
    let inside: Links = links
        .iter()
        .copied()
        .filter(|(from, to)| left.contains(from) && left.contains(to))
        .collect();
    let (mut top, mut bottom) = (Vec::new(), Vec::new());
    while !left.is_empty() {
        let degree = |place: usize| {
            let within =
                inside.iter().filter(|(from, to)| left.contains(from) && left.contains(to));
            within.fold((0usize, 0usize), |(out, into), (from, to)| {
                (out + usize::from(*from == place), into + usize::from(*to == place))
            })
        };
        let degrees: Vec<_> = left.iter().map(|place| (*place, degree(*place))).collect();
        let sink = degrees.iter().find(|(_, (out, _))| *out == 0);
        let source = degrees.iter().find(|(_, (_, into))| *into == 0);
        let busiest =
            degrees.iter().max_by_key(|(_, (out, into))| out.cast_signed() - into.cast_signed());
        let Some((place, _)) = sink.or(source).or(busiest) else { break };
        let end = if sink.is_some() { &mut bottom } else { &mut top };
        end.push(*place);
        left.remove(&place.clone());
    }
    top.extend(bottom.into_iter().rev());
    let height = |place: usize| top.iter().position(|other| *other == place);
    inside.into_iter().filter(|(from, to)| height(*from) > height(*to)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_circle() {
        assert!(find_circles(3, &Links::from([(0, 1), (1, 2), (0, 2)])).is_empty());
    }

    #[test]
    fn circles_are_found_apart_from_one_another() {
        let links = Links::from([(0, 1), (1, 0), (1, 2), (2, 3), (3, 4), (4, 2), (4, 5)]);
        assert_eq!(find_circles(6, &links), [vec![0, 1], vec![2, 3, 4]]);
    }

    #[test]
    fn the_fewest_arrows_that_close_a_circle_run_up() {
        // 0 is called by 1, 2 and 3 and calls only 2.
        let links = Links::from([(1, 0), (2, 0), (3, 0), (0, 2), (3, 2)]);
        assert_eq!(find_arrows_up(&[0, 2], &links).len(), 1);
        let links = Links::from([(0, 1), (1, 2), (0, 2), (2, 0)]);
        assert_eq!(find_arrows_up(&[0, 1, 2], &links), Links::from([(2, 0)]));
    }
}
